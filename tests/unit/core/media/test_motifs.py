"""Motifs are well-formed at any size, random, and small."""

import re
from random import Random
from xml.etree import ElementTree

import pytest

from kinoteka.core.media.motifs import MOTIFS
from kinoteka.core.media.palettes import BLOOD, PALETTES

SIZES = [(400, 330), (400, 470), (400, 250), (40, 400)]


def by_name(motif):
    return motif.__name__


@pytest.mark.parametrize("motif", MOTIFS, ids=by_name)
class TestMotif:
    @pytest.mark.parametrize("size", SIZES)
    def test_motif_is_well_formed(self, motif, size):
        for seed in range(30):
            reencoded = "".join(motif(Random(seed), PALETTES[seed % len(PALETTES)], *size))
            root = ElementTree.fromstring(f"<svg>{reencoded}</svg>")  # noqa: S314
            assert len(list(root.iter())) > 3
            assert "nan" not in reencoded
            assert "inf" not in reencoded

    def test_motif_uses_only_colours_of_the_palette(self, motif):
        reencoded = "".join(motif(Random(1), BLOOD, 400, 400))
        assert set(re.findall("#[0-9a-f]{6}", reencoded)) <= {BLOOD.ground, *BLOOD.shape_colours}

    def test_motif_depends_only_on_the_random_seed(self, motif):
        drawings = [motif(Random(seed), BLOOD, 400, 400) for seed in range(10)]
        assert len({tuple(drawing) for drawing in drawings}) == 10
        assert motif(Random(3), BLOOD, 400, 400) == drawings[3]

    def test_motif_is_small(self, motif):
        for seed in range(30):
            assert len("".join(motif(Random(seed), BLOOD, 400, 470))) < 20_000
