from resig.logs import log_to

with log_to(snakemake.log[0]):
    from resig.assays.evidence import NCRNA_RULES
    from resig.assays.ncrna import ncrna_table, pairs_of
    from resig.assays.read_ncrna import known_genes, known_scores
    from resig.tables import MEMBERS, NCRNA, SIGNATURES

    asked, given = snakemake.params, snakemake.input
    rules = NCRNA_RULES.read(given.ncrna)
    pairs = list(pairs_of(rules, MEMBERS.read(given.members), SIGNATURES.read(given.signatures)))
    rnas = {pair.ncrna for pair in pairs} | {pair.footprint for pair in pairs}
    own = known_genes(given, rnas)
    kinds = ("samples", "pseudobulk", "genes", "report")
    levels = {asked.assay: own} | {
        assay: known_genes(dict(zip(kinds, given.rna[4 * at : 4 * at + 4], strict=True)), rnas, asked.sample)
        for at, assay in enumerate(asked.rna)
    }
    scores = known_scores(given.scores, given.coverage, asked.method)
    table = ncrna_table(snakemake.wildcards.dataset, asked.assay, pairs, levels, own, scores, asked.inference)
    NCRNA.write(table, snakemake.output.ncrna)
