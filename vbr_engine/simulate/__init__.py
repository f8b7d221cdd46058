"""Made-up sittings, to practise on and to measure with. They are not norms of anything.

Each candidate has a latent trait for every value, standard normal and correlated between values.
The higher the trait, the closer the answers come to the key:

========== ===================================================================================
rate       the keyed rating, plus the person's leniency, plus noise that shrinks with the
           trait, rounded onto the scale
rank       options drawn one after another with chances that follow the key and the trait
           (Plackett-Luce)
most-least the option most drawn to is most, the one least drawn to is least
pick       the options most drawn to, as many as are asked for
========== ===================================================================================

`Population` says who the candidates are besides: careless ones, ones who fake, ones who read in a
second language, groups, items planted to differ between them, options whose key nobody shares.
"""

from vbr_engine.simulate.people import BLOCK
from vbr_engine.simulate.population import MOST, Population
from vbr_engine.simulate.sittings import (
    Simulation,
    simulate_panel,
    simulate_responses,
    simulate_retest,
    simulate_sittings,
)

__all__ = [
    "BLOCK",
    "MOST",
    "Population",
    "Simulation",
    "simulate_panel",
    "simulate_responses",
    "simulate_retest",
    "simulate_sittings",
]
