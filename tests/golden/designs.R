# Golden values for designs: the contrast's coefficient, its standard error, residual SD and t interval by lm(); exact p
# by writing out every arrangement of labels within blocks (of Welch's t where there is nothing but two arms); Freedman and
# Lane's p by writing out every order of the residuals, each refitted with lm(); Wilcoxon's AUROC.
# Run in this folder: Rscript designs.R. Input, answers and versions are written beside it.
set.seed(20250611)
digits <- function(x) sprintf("%.15g", x)

orders <- function(v) if (length(v) < 2) list(v) else
  do.call(c, lapply(seq_along(v), function(i) lapply(orders(v[-i]), function(rest) c(v[i], rest))))
within <- function(block) {                       # every order of 1..n that keeps samples in their block
  parts <- lapply(split(seq_along(block), block), orders)
  grid <- expand.grid(lapply(parts, seq_along))
  lapply(seq_len(nrow(grid)), function(row) {
    order <- integer(length(block))
    for (b in seq_along(parts)) order[split(seq_along(block), block)[[b]]] <- parts[[b]][[grid[row, b]]]
    order
  })
}

cases <- list(
  plain = list(arm = c(1, 1, 1, 0, 0, 0, 0)),
  number = list(arm = c(1, 1, 1, 0, 0, 0, 0), age = TRUE),
  levels = list(arm = c(1, 1, 0, 0, 1, 0, 0), site = c("a", "a", "a", "b", "b", "b", "c")),
  both = list(arm = c(1, 1, 0, 0, 1, 0, 1), age = TRUE, site = c("a", "a", "a", "b", "b", "b", "b")),
  blocks = list(arm = c(1, 0, 0, 1, 1, 0, 1, 0, 0), block = c("x", "x", "x", "y", "y", "y", "z", "z", "z")),
  block_number = list(arm = c(1, 0, 0, 1, 1, 0), age = TRUE, block = c("x", "x", "x", "y", "y", "y")),
  pairs = list(arm = rep(c(1, 0), 6), block = rep(letters[1:6], each = 2)),
  pairs_number = list(arm = rep(c(1, 0), 7), block = rep(letters[1:7], each = 2), age = TRUE),
  trend = list(arm = c(0, 0, 0.5, 0.5, 1, 1, 1)),
  trend_patients = list(arm = c(0, 0.5, 1, 0, 0.5, 1, 0, 1, 1), block = c("p", "p", "p", "q", "q", "q", "r", "r", "r")),
  uneven = list(arm = c(1, 1, 0, 0, 0, 0, 0, 0)))

data <- NULL; answers <- NULL
for (name in names(cases)) {
  case <- cases[[name]]; n <- length(case$arm)
  frame <- data.frame(case = name, sample = sprintf("s%02d", 1:n), arm = case$arm,
    age = if (is.null(case$age)) NA else round(runif(n, 30, 80)),
    site = if (is.null(case$site)) NA else case$site, block = if (is.null(case$block)) NA else case$block)
  frame$score <- round(rnorm(n) + 0.9 * frame$arm + ifelse(is.na(frame$age), 0, frame$age / 40), 3)
  terms <- c(if (!is.null(case$age)) "age", if (!is.null(case$site)) "site", if (!is.null(case$block)) "block")
  reduced <- lm(reformulate(c("1", terms), "score"), frame)
  full <- lm(reformulate(c(terms, "arm"), "score"), frame)
  seen <- summary(full)$coefficients["arm", ]
  t_of <- function(order) {                       # Freedman and Lane: fitted values plus residuals in another order
    again <- transform(frame, score = fitted(reduced) + residuals(reduced)[order])
    if (name %in% c("plain", "uneven")) return(t.test(again$score[again$arm == 1], again$score[again$arm == 0])$statistic)  # Welch
    summary(lm(formula(full), again))$coefficients["arm", "t value"]
  }
  if (name %in% c("plain", "uneven")) seen["t value"] <- t_of(1:n)
  drawn <- sapply(within(if (is.null(case$block)) rep("all", n) else case$block), t_of)
  p <- mean(abs(drawn) >= abs(seen["t value"]) - 1e-7)
  limits <- confint(full)["arm", ]
  ends <- frame$arm %in% c(0, 1)
  auroc <- wilcox.test(score ~ I(1 - arm), frame[ends, ], exact = FALSE)$statistic /
    (sum(frame$arm == 1) * sum(frame$arm == 0))
  data <- rbind(data, frame)
  answers <- rbind(answers, data.frame(case = name, slope = digits(seen["Estimate"]), se = digits(seen["Std. Error"]),
    sigma = digits(summary(full)$sigma), df = full$df.residual, low = digits(limits[1]), high = digits(limits[2]),
    p_t = digits(seen["Pr(>|t|)"]), p = digits(p), orders = length(drawn), auroc = digits(auroc)))
}
write.table(data, "designs.tsv", sep = "\t", quote = FALSE, row.names = FALSE, na = "")
write.table(answers, "designs_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
mde <- expand.grid(n1 = c(3, 5, 15, 50), n2 = c(3, 10, 50))
mde$delta <- mapply(function(n1, n2) uniroot(function(delta) {
  free <- n1 + n2 - 2; cut <- qt(0.975, free); shift <- delta * sqrt(n1 * n2 / (n1 + n2))
  pt(cut, free, shift, lower.tail = FALSE) + pt(-cut, free, shift) - 0.8 }, c(0.1, 20), tol = 1e-12)$root, mde$n1, mde$n2)
write.table(transform(mde, delta = digits(delta)), "mde.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
writeLines(R.version.string, "designs.versions")
