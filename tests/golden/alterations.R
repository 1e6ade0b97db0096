# Golden values of exact tests. Run in this folder: Rscript alterations.R > alterations.tsv
# Limits of the odds ratio: where R's own one-sided p is 0.025 (fisher.test stops its search for them early), the estimate
# likewise: where the expected count is the one seen.
cat(sprintf("# %s\n", R.version.string))
cat("test\ta\tb\tc\td\todds_ratio\tci_low\tci_high\tp\n")
number <- function(x) ifelse(is.finite(x), sprintf("%.12g", x), "inf")
line <- function(...) cat(paste(c(...), collapse = "\t"), "\n", sep = "")
limit <- function(m, side) {
  p <- function(or) fisher.test(m, or = or, alternative = side, conf.int = FALSE)$p.value - 0.025
  exp(uniroot(function(x) p(exp(x)), c(-30, 30), tol = 1e-13)$root)
}
estimate <- function(m) {
  support <- max(0, sum(m[1, ]) - sum(m[, 2])):min(sum(m[1, ]), sum(m[, 1]))
  weight <- dhyper(support, sum(m[, 1]), sum(m[, 2]), sum(m[1, ]), log = TRUE)
  mean_at <- function(x) { w <- exp(weight + support * x - max(weight + support * x)); sum(w * support) / sum(w) }
  exp(uniroot(function(x) mean_at(x) - m[1, 1], c(-30, 30), tol = 1e-13)$root)
}
tables <- list(c(1, 6, 4, 11), c(0, 7, 2, 14), c(7, 5, 0, 11), c(5, 7, 0, 11), c(3, 1, 2, 17), c(12, 30, 45, 200), c(4, 0, 0, 9))
for (t in tables) {
  m <- matrix(t, 2, byrow = TRUE)
  least <- t[1] == 0 || t[4] == 0; most <- t[2] == 0 || t[3] == 0
  values <- c(if (least) 0 else if (most) Inf else estimate(m), if (least) 0 else limit(m, "greater"),
              if (most) Inf else limit(m, "less"), fisher.test(m)$p.value)
  line("fisher", t, number(values))
}
odds <- function(share) share / (1 - share)
for (t in list(c(8, 1), c(5, 0), c(3, 3), c(2, 9))) {
  b <- binom.test(t[1], sum(t))
  line("mcnemar", t, "", "", number(c(odds(b$estimate), odds(b$conf.int), b$p.value)))
}
