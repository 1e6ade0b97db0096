"""Copy the pictures of a finished run of the demo to docs/images/gallery, small enough for a page."""

import sys
from pathlib import Path

from PIL import Image

WIDE, COLOURS = 1200, 96
PICTURES = (
    "summary/verdicts",
    "summary/coverage",
    "summary/quality",
    "summary/meta",
    "toy_bulk/contrasts/after_therapy",
    "toy_bulk/contrasts/after_therapy.roc",
    "toy_bulk/contrasts/after_therapy.null",
    "toy_bulk/contrasts/after_therapy.adjusted",
    "toy_bulk/contrasts/after_therapy.genes",
    "toy_omics/contrasts/survival.survival",
    "toy_cells/contrasts/chemo.heatmap",
    "toy_cells/umap",
    "toy_cells/dots",
    "toy_omics/oncoprint",
    "toy_omics/ncrna",
    "toy_omics/contrasts/tki_response.readouts",
)


def shrink(picture: Path, target: Path) -> int:
    """Write a picture with fewer pixels and colours; return its bytes."""
    image = Image.open(picture).convert("RGB")
    if image.width > WIDE:
        image = image.resize((WIDE, round(image.height * WIDE / image.width)), Image.Resampling.LANCZOS)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    return target.stat().st_size


def main(results: Path, folder: Path) -> None:
    """Copy all pictures; the name of a picture is its path with dots and dashes."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [shrink(results / f"{name}.png", folder / f"{Path(name).name}.png") for name in PICTURES]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent / "images/gallery")
