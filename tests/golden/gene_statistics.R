# Golden values for statistics of genes: limma's moderated t (trend = FALSE) on log data, DESeq2's Wald statistic on counts.
# Run in this folder: Rscript gene_statistics.R. Inputs and answers are written side by side; versions go to gene_statistics.versions.
suppressPackageStartupMessages({ library(limma); library(DESeq2) })
set.seed(20261121)
digits <- function(x) sprintf("%.12g", x)
samples <- data.frame(sample = sprintf("s%02d", 1:12), resistant = rep(0:1, 6), pair = rep(sprintf("p%d", 1:6), each = 2),
  batch = rep(c("b1", "b2", "b3"), each = 4), age = round(rnorm(12, 60, 9)))
write.table(samples, "gene_samples.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

genes <- 80
sd <- sqrt(0.3 * 6 / rchisq(genes, 6))
values <- matrix(rnorm(12 * genes, 8, rep(sd, each = 12)), 12) + outer(samples$resistant, c(rep(1, 8), rep(0, genes - 8)))
values <- round(values + outer(rnorm(6)[as.integer(factor(samples$pair))], rnorm(genes, 0, 0.5)), 4)
values[, genes] <- 5                                                    # never varies
colnames(values) <- sprintf("G%02d", 1:genes)
write.table(data.frame(sample = samples$sample, values), "gene_values.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

designs <- list(unpaired = ~ resistant, paired = ~ resistant + pair, blocked_covariate = ~ resistant + batch + age)
answers <- NULL
tested <- values[, -genes]
for (name in names(designs)) {
  fit <- eBayes(lmFit(t(tested), model.matrix(designs[[name]], samples)), trend = FALSE)
  answers <- rbind(answers, data.frame(design = name, gene = colnames(tested), statistic = digits(fit$t[, "resistant"]),
    log_fc = digits(fit$coefficients[, "resistant"]), p = digits(fit$p.value[, "resistant"]),
    prior_free = digits(fit$df.prior), prior = digits(fit$s2.prior)))
}
alike <- t(matrix(rnorm(12 * 40), 12))                                  # equal variances: prior df is infinite
alike <- alike / apply(alike, 1, function(x) summary(lm(x ~ samples$resistant))$sigma)
fit <- eBayes(lmFit(round(alike, 4), model.matrix(~ resistant, samples)))
write.table(data.frame(sample = samples$sample, t(round(alike, 4))), "gene_values_alike.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
answers <- rbind(answers, data.frame(design = "alike", gene = paste0("X", 1:40), statistic = digits(fit$t[, "resistant"]),
  log_fc = digits(fit$coefficients[, "resistant"]), p = digits(fit$p.value[, "resistant"]),
  prior_free = digits(fit$df.prior), prior = digits(fit$s2.prior)))
write.table(answers, "gene_t_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)

genes <- 200
mu <- exp(rnorm(genes, 5, 1)); size <- 1 / (0.05 + 2 / mu)
fold <- c(rep(2, 15), rep(0.5, 15), rep(1, genes - 30))
depth <- round(runif(12, 0.5, 2), 2)
counts <- t(sapply(1:12, function(at) rnbinom(genes, mu = mu * depth[at] * fold^samples$resistant[at], size = size)))
counts[, genes] <- 0; counts[1, genes] <- 3                             # too few counts
colnames(counts) <- sprintf("G%03d", 1:genes)
write.table(data.frame(sample = samples$sample, counts), "gene_counts.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
answers <- NULL
for (name in names(designs)) {
  frame <- transform(samples, pair = factor(pair), batch = factor(batch), age = age - mean(age))
  data <- suppressMessages(DESeqDataSetFromMatrix(t(counts[, -genes]), frame, designs[[name]]))
  data <- suppressMessages(DESeq(data))
  found <- results(data, name = "resistant", independentFiltering = FALSE)
  answers <- rbind(answers, data.frame(design = name, gene = colnames(counts)[-genes], statistic = digits(found$stat),
    log_fc = digits(found$log2FoldChange), p = digits(found$pvalue)))
}
write.table(answers, "gene_wald_answers.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
writeLines(c(R.version.string, sapply(c("limma", "DESeq2"), function(each) paste(each, packageVersion(each)))),
  "gene_statistics.versions")
