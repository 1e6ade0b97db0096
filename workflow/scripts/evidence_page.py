from resig.logs import log_to

with log_to(snakemake.log[0]):
    from pathlib import Path

    from resig import tables
    from resig.evidence_page import write_evidence_page
    from resig.table_rows import left_out, sources_of

    data = snakemake.input
    signatures, members = tables.SIGNATURES.read(data.signatures), tables.MEMBERS.read(data.members)
    answers = [tables.SIGNATURE_VERDICTS.read(path).set_index("signature")["why"].to_dict() for path in data.answers]
    write_evidence_page(
        signatures,
        members,
        left_out(tables.MEMBERS.read(data.shipped), signatures, members),
        tables.read_text_table(data.contradictions),
        sources_of(tables.read_text_table(data.documents)),
        answers[0] if answers else {},
        Path(data.style).read_text("utf-8"),
        Path(data.script).read_text("utf-8"),
        snakemake.output.page,
    )
