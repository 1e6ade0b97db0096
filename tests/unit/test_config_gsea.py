"""What can be wrong with `gsea` is said before any job starts."""

from pathlib import Path

import pytest
import yaml

from resig.config import ConfigError, complete_config, load_schema

SCHEMA = load_schema(Path(__file__).resolve().parents[2] / "workflow/schemas/config.schema.yaml")
GOOD = """\
gsea: {sets: [signatures, HALLMARK_HYPOXIA]}
datasets:
  trial: {kind: bulk, matrix: expression.tsv, metadata: samples.tsv}
contrasts:
  response:
    datasets: [trial]
    groups: {column: response, resistant: [PD], sensitive: [CR]}
"""


@pytest.mark.parametrize(
    ("gsea", "expected"),
    [
        ("{sets: [mine.gmt]}", "gsea.sets: file 'mine.gmt' does not exist"),
        ("{min_size: 50, max_size: 20}", "gsea.min_size: 50 is more than max_size, 20"),
        ("{contrasts: [respons]}", "there is no contrast 'respons'; did you mean 'response'?"),
        ("{contrasts: response}", "gsea.contrasts: 'response' is text; expected a list of contrasts, or all"),
        ("{statistic: t}", "'t' is not one of auto, deseq2, moderated_t"),
    ],
)
def test_each_problem_has_its_line(gsea: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("expression.tsv").write_text("gene\ts1\ts2\nA\t1\t2\n")
    Path("samples.tsv").write_text("sample_id\tresponse\ns1\tPD\ns2\tCR\n")
    complete_config(yaml.safe_load(GOOD), SCHEMA)
    wrong = GOOD.replace("{sets: [signatures, HALLMARK_HYPOXIA]}", gsea)
    with pytest.raises(ConfigError) as refused:
        complete_config(yaml.safe_load(wrong), SCHEMA)
    assert [expected in each for each in refused.value.problems] == [True]
