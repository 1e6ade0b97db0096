"""Further assays of the same samples: small RNA, circRNA, protein and serum beside the expression matrix."""
