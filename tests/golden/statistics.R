# Golden values for the statistics: Hedges g with its interval (effectsize), AUROC with DeLong's interval (pROC),
# random-effects meta-analysis with Paule-Mandel's tau2 and modified Hartung-Knapp (metafor's "adhoc").
# Run in this folder: Rscript statistics.R. Inputs and answers are written side by side; versions go to statistics.versions.
suppressPackageStartupMessages({ library(effectsize); library(pROC); library(metafor) })
set.seed(20240229)
digits <- function(x) sprintf("%.15g", x)
sizes <- list(c(2, 2), c(2, 7), c(3, 3), c(5, 5), c(15, 15), c(6, 40), c(60, 50))
shifts <- c(0, 0.8, -1.5, 6)

values <- NULL; answers <- NULL; case <- 0
for (size in sizes) for (shift in shifts) {
  case <- case + 1
  resistant <- round(rnorm(size[1], shift), 3)
  sensitive <- round(rnorm(size[2]), if (case %% 3 == 0) 0 else 3)      # every third case has ties
  if (case %% 3 == 0) resistant <- round(resistant, 0)
  if (sd(c(resistant - mean(resistant), sensitive - mean(sensitive))) == 0) sensitive[1] <- sensitive[1] + 1
  g <- hedges_g(resistant, sensitive, pooled_sd = TRUE, ci = 0.95)
  curve <- suppressWarnings(roc(c(rep(1, size[1]), rep(0, size[2])), c(resistant, sensitive), levels = c(0, 1),
                                direction = "<", quiet = TRUE))
  interval <- suppressWarnings(ci.auc(curve, method = "delong"))
  values <- rbind(values, data.frame(case, arm = rep(c("resistant", "sensitive"), size), value = c(resistant, sensitive)))
  answers <- rbind(answers, data.frame(case, g = digits(g$Hedges_g), g_low = digits(g$CI_low), g_high = digits(g$CI_high),
    auroc = digits(interval[2]), auroc_low = digits(interval[1]), auroc_high = digits(interval[3])))
}
write.table(values, "two_arms.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(answers, "two_arms_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

values <- NULL; answers <- NULL; case <- 0
for (n in c(3, 4, 8, 20)) for (shift in c(0, 0.7, -2)) {
  case <- case + 1
  difference <- round(rnorm(n, shift), 3)
  g <- hedges_g(difference, ci = 0.95)                                  # g_z: over the SD of the differences
  values <- rbind(values, data.frame(case, difference))
  answers <- rbind(answers, data.frame(case, g_z = digits(g$Hedges_g), low = digits(g$CI_low), high = digits(g$CI_high)))
}
write.table(values, "pairs.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(answers, "pairs_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

values <- NULL; answers <- NULL; without <- NULL; case <- 0
for (k in c(2, 3, 5, 12)) for (tau in c(0, 0.4, 2)) {
  case <- case + 1
  se <- round(runif(k, 0.15, 0.9), 3)
  effect <- round(rnorm(k, 0.5, sqrt(tau^2 + se^2)), 3)
  fit <- rma(yi = effect, sei = se, method = "PM", test = "adhoc", control = list(tol = 1e-12, maxiter = 1000))
  # metafor takes t with k - 1 degrees of freedom for the prediction interval, resig k - 2 (Higgins et al. 2009).
  range <- if (k > 2) predict(fit) else list(pi.lb = NA, pi.ub = NA)
  values <- rbind(values, data.frame(case, effect, se))
  answers <- rbind(answers, data.frame(case, effect = digits(fit$b[1]), low = digits(fit$ci.lb), high = digits(fit$ci.ub),
    p = digits(fit$pval), tau2 = digits(fit$tau2), prediction_low = digits(range$pi.lb), prediction_high = digits(range$pi.ub)))
  if (k > 2) {
    left <- leave1out(fit)
    without <- rbind(without, data.frame(case, left_out = 1:k, effect = digits(left$estimate), low = digits(left$ci.lb),
      high = digits(left$ci.ub), p = digits(left$pval), tau2 = digits(left$tau2)))
  }
}
write.table(values, "studies.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(answers, "studies_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(without, "studies_without_one.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

writeLines(c(R.version.string, sapply(c("effectsize", "pROC", "metafor"), function(each)
  paste(each, packageVersion(each)))), "statistics.versions")
