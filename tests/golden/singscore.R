# Golden values of singscore, made once: Rscript singscore.R PATH   (PATH: a checkout of github DavisLaboratory/singscore,
# GPL-3, of which nothing is kept here). Its code runs on values of our own: gsva_input.csv as it stands and rounded to
# one decimal, which ties many genes. Writes beside itself: singscore.tsv and singscore.versions.
suppressPackageStartupMessages({ library(GSEABase); library(SummarizedExperiment); library(magrittr); library(S4Vectors) })
path <- commandArgs(trailingOnly = TRUE)[1]
for (file in c("rankAndScoring.R", "rankGenesGeneric.R", "simpleScoreGeneric.R")) suppressMessages(source(file.path(path, "R", file)))
x <- as.matrix(read.csv("gsva_input.csv", row.names = 1))
genes <- rownames(x)
sets <- list(A = genes[1:12], B = genes[5:40], C = genes[c(3, 50, 99, 120, 200, 250, 299)])
pairs <- list(A = c("A", NA), B = c("B", NA), A_less_C = c("A", "C"), C_less_B = c("C", "B"))
answers <- NULL
for (tied in c(FALSE, TRUE)) {
  ranked <- rankGenes(if (tied) round(x, 1) else x)
  for (name in names(pairs)) {
    up_set <- sets[[pairs[[name]][1]]]
    down <- pairs[[name]][2]
    found <- if (is.na(down)) simpleScore(ranked, up_set) else simpleScore(ranked, up_set, setdiff(sets[[down]], up_set))
    total <- found$TotalScore
    up <- if (is.na(down)) total else found$UpScore
    answers <- rbind(answers, data.frame(tied, set = name, sample = colnames(x), total = sprintf("%.15g", total),
      up = sprintf("%.15g", up), down = if (is.na(down)) "" else sprintf("%.15g", found$DownScore)))
  }
}
write.table(answers, "singscore.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
version <- read.dcf(file.path(path, "DESCRIPTION"))[, "Version"]
commit <- system2("git", c("-C", path, "rev-parse", "HEAD"), stdout = TRUE)
writeLines(c(R.version.string, paste("singscore", version, "commit", commit)), "singscore.versions")
