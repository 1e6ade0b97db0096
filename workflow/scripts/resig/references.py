"""What the report cites: statistics, data and tools. None of it is from the source documents of the signatures.

Scoring methods carry their own reference (resig/scoring). Here stands only what a run may have used; methods_text.py
decides which of it was.
"""

REFERENCES = {
    "snakemake": "Mölder F et al. Sustainable data analysis with Snakemake. F1000Research 2021;10:33",
    "numpy": "Harris CR et al. Array programming with NumPy. Nature 2020;585:357-362",
    "scipy": "Virtanen P et al. SciPy 1.0: fundamental algorithms for scientific computing in Python. Nat Methods "
    "2020;17:261-272",
    "scanpy": "Wolf FA, Angerer P, Theis FJ. SCANPY: large-scale single-cell gene expression data analysis. Genome "
    "Biol "
    "2018;19:15",
    "gseapy": "Fang Z, Liu X, Peltz G. GSEApy: a comprehensive package for performing gene set enrichment analysis in "
    "Python. Bioinformatics 2023;39:btac757",
    "pydeseq2": "Muzellec B et al. PyDESeq2: a python package for bulk RNA-seq differential expression analysis. "
    "Bioinformatics 2023;39:btad547",
    "deseq2": "Love MI, Huber W, Anders S. Moderated estimation of fold change and dispersion for RNA-seq data with "
    "DESeq2. Genome Biol 2014;15:550",
    "limma": "Smyth GK. Linear models and empirical Bayes methods for assessing differential expression in microarray "
    "experiments. Stat Appl Genet Mol Biol 2004;3:3",
    "lifelines": "Davidson-Pilon C. lifelines: survival analysis in Python. J Open Source Softw 2019;4:1317",
    "statsmodels": "Seabold S, Perktold J. Statsmodels: econometric and statistical modeling with Python. Proc 9th "
    "Python in Science Conf 2010:92-96",
    "hedges": "Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. J Educ Stat "
    "1981;6:107-128",
    "newcombe": "Newcombe RG. Confidence intervals for an effect size measure based on the Mann-Whitney statistic. "
    "Part "
    "2: asymptotic methods and evaluation. Stat Med 2006;25:559-573",
    "delong": "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver "
    "operating characteristic curves: a nonparametric approach. Biometrics 1988;44:837-845",
    "plus_one": "Phipson B, Smyth GK. Permutation P-values should never be zero: calculating exact P-values when "
    "permutations are randomly drawn. Stat Appl Genet Mol Biol 2010;9:39",
    "studentized": "Janssen A. Studentized permutation tests for non-i.i.d. hypotheses and the generalized "
    "Behrens-Fisher problem. Stat Probab Lett 1997;36:9-21",
    "freedman_lane": "Freedman D, Lane D. A nonstochastic interpretation of reported significance levels. J Bus Econ "
    "Stat 1983;1:292-298",
    "bh": "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful approach to "
    "multiple "
    "testing. J R Stat Soc B 1995;57:289-300",
    "bonett_wright": "Bonett DG, Wright TA. Sample size requirements for estimating Pearson, Kendall and Spearman "
    "correlations. Psychometrika 2000;65:23-28",
    "cox": "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187-220",
    "efron": "Efron B. The efficiency of Cox's likelihood function for censored data. J Am Stat Assoc 1977;72:557-565",
    "harrell": "Harrell FE, Califf RM, Pryor DB, Lee KL, Rosati RA. Evaluating the yield of medical tests. JAMA "
    "1982;247:2543-2546",
    "kaplan_meier": "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc "
    "1958;53:457-481",
    "kitagawa": "Kitagawa EM. Components of a difference between two rates. J Am Stat Assoc 1955;50:1168-1194",
    "sigqc": "Dhawan A et al. Guidelines for using sigQC for systematic evaluation of gene signatures. Nat Protoc "
    "2019;14:1377-1400",
    "tirosh": "Tirosh I et al. Dissecting the multicellular ecosystem of metastatic melanoma by single-cell RNA-seq. "
    "Science 2016;352:189-196",
    "msr": "Wagner HH, Dray S. Generating spatially constrained null models for irregularly spaced data using Moran "
    "spectral randomization methods. Methods Ecol Evol 2015;6(10), doi 10.1111/2041-210X.12407",
    "paule_mandel": "Paule RC, Mandel J. Consensus values and weighting factors. J Res Natl Bur Stand 1982;87:377-385",
    "hartung_knapp": "Röver C, Knapp G, Friede T. Hartung-Knapp-Sidik-Jonkman approach and its modification for "
    "random-effects meta-analysis with few studies. BMC Med Res Methodol 2015;15:99",
    "prediction": "Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis. J R "
    "Stat "
    "Soc A 2009;172:137-159",
    "gsea": "Subramanian A et al. Gene set enrichment analysis: a knowledge-based approach for interpreting "
    "genome-wide "
    "expression profiles. Proc Natl Acad Sci USA 2005;102:15545-15550",
    "gene_permutation": "Goeman JJ, Bühlmann P. Analyzing gene expression data in terms of gene sets: methodological "
    "issues. Bioinformatics 2007;23:980-987",
}


class Cited:
    """Numbers references in the order they are cited in."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def __call__(self, *references: str) -> str:
        """Return `[1, 2]` for names in REFERENCES, or for references in full."""
        for each in references:
            full = REFERENCES.get(each, each)
            if full not in self.order:
                self.order.append(full)
        return "[" + ", ".join(str(self.order.index(REFERENCES.get(each, each)) + 1) for each in references) + "]"
