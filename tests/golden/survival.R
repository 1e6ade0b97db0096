# Golden values for Cox's model (Efron's ties), its martingale residuals and Harrell's concordance, from R's survival.
# Run in this folder: Rscript survival.R. Inputs and answers are written side by side; versions go to survival.versions.
suppressPackageStartupMessages(library(survival))
set.seed(20240301)
digits <- function(x) sprintf("%.12g", x)
sizes <- c(12, 30, 80, 200)

people <- NULL; answers <- NULL; left <- NULL; case <- 0
for (n in sizes) for (ties in c(FALSE, TRUE)) for (slope in c(0, 0.8)) {
  case <- case + 1
  age <- round(rnorm(n, 60, 9)); stage <- rbinom(n, 1, 0.4); score <- round(rnorm(n, 0.2 * stage), 4)
  died <- rexp(n, 0.02 * exp(slope * score + 0.02 * (age - 60) + 0.5 * stage)); lost <- rexp(n, 0.015)
  time <- pmin(died, lost); time <- if (ties) ceiling(time / 8) else round(time, 4) + 0.001
  event <- as.integer(died <= lost)
  data <- data.frame(case, time, event, score, age, stage)
  data$z <- data$score / sd(data$score)
  alone <- coxph(Surv(time, event) ~ z, data, ties = "efron", control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
  beside <- coxph(Surv(time, event) ~ z + age + stage, data, ties = "efron", control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
  null <- coxph(Surv(time, event) ~ age + stage, data, ties = "efron", control = coxph.control(eps = 1e-11, toler.chol = 1e-13))
  agree <- concordance(Surv(time, event) ~ score, data, reverse = TRUE)
  people <- rbind(people, data[c("case", "time", "event", "score", "age", "stage")])
  left <- rbind(left, data.frame(case, alone = digits(residuals(coxph(Surv(time, event) ~ 1, data), "martingale")),
                                 beside = digits(residuals(null, "martingale"))))
  answers <- rbind(answers, data.frame(case, log_hr = digits(coef(alone)), se = digits(sqrt(vcov(alone)[1, 1])),
    low = digits(confint(alone)[1]), high = digits(confint(alone)[2]), score_test = digits(alone$score),
    adjusted = digits(coef(beside)[1]), adjusted_se = digits(sqrt(vcov(beside)[1, 1])),
    concordance = digits(agree$concordance)))
}
write.table(people, "survival.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(left, "survival_residuals.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
write.table(answers, "survival_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
writeLines(c(R.version.string, paste("survival", packageVersion("survival"))), "survival.versions")
