"""What all item response models have in common: fitting, scoring and what they remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.category_lookup import CategoryLookup, plain_numbers
from vbr_engine.psychometrics.category_reading import Codes
from vbr_engine.psychometrics.curves import Array, ItemParameters
from vbr_engine.psychometrics.estimation import Fit, Position, observed_information
from vbr_engine.psychometrics.expectation import Source
from vbr_engine.psychometrics.layout import Plan, layout
from vbr_engine.psychometrics.persons import EapTable, person_scores
from vbr_engine.psychometrics.search import search
from vbr_engine.psychometrics.sittings import check_varies, in_order, key_codes, weighted
from vbr_engine.psychometrics.summary import advice_on, parameter_frame
from vbr_engine.psychometrics.threads import one_thread

__all__ = ["ItemResponseModel"]

_SLOPES = ("free", "equal", "one")
# Few sittings have more tops, and are soon searched.
_FEW = 1000
_STARTS_FEW, _STARTS_MANY, _STARTS_NOMINAL = 6, 2, 5


class ItemResponseModel(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What the three models have in common."""

    _model = ""

    def __init__(
        self,
        *,
        slopes: str = "free",
        n_quadrature: int | None = None,
        slope_prior: tuple[float, float] | None = None,
        anchors: ItemParameters | None = None,
        key: ArrayLike | None = None,
        n_starts: int | None = None,
        standard_errors: str = "none",
        tol: float = 1e-6,
        max_iter: int = 500,
        random_state: int | None = 0,
    ) -> None:
        self.slopes = slopes
        self.n_quadrature = n_quadrature
        self.slope_prior = slope_prior
        self.anchors = anchors
        self.key = key
        self.n_starts = n_starts
        self.standard_errors = standard_errors
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        on_pass: Callable[[int, float], None] | None = None,
    ) -> Self:
        """Estimate the items by marginal maximum likelihood.

        Parameters
        ----------
        X : data frame or array-like, shape (sittings, items)
            Category codes; NaN is missing. Words are taken in alphabetical order, which
            ``advice_`` points out, unless they are a pandas categorical.
        y : None
            Not used.
        sample_weight : array-like, shape (sittings,), optional
            A weight of 2 counts as the same sitting twice.
        groups : array-like, shape (sittings,), optional
            A label per sitting. The first group's theta is standard normal; the others have their
            own mean and standard deviation.
        on_pass : callable, optional
            Told after each pass over the answers how many there were and the log-likelihood, so
            that a long search can be watched.

        Returns
        -------
        self

        Raises
        ------
        ResponsesError
            If the table cannot be read, or has nothing to estimate.
        """
        self._check_options()
        table = CategoryTable.from_any(X)
        self._remember_columns(X, reset=True)
        check_varies(table)
        weights, codes, labels = weighted(table, sample_weight, groups)
        if np.any(weights == 0):
            # Categories that only weightless sittings chose must not be estimated.
            kept = weights > 0
            table = CategoryTable.from_any(table.take(kept).to_frame())
            weights, codes = weights[kept], codes[kept]
            check_varies(table)
        answers = in_order(table, weights, codes)
        return self.fit_answers(table, answers, labels=labels, on_pass=on_pass)

    def fit_answers(
        self,
        table: CategoryTable,
        answers: Source,
        *,
        labels: Sequence[Any] = ("all",),
        on_pass: Callable[[int, float], None] | None = None,
    ) -> Self:
        """Estimate from answers that need not lie in memory; `fit` is made of this.

        Parameters
        ----------
        table : CategoryTable
            What the categories are, and how often each was chosen.
        answers : Source
            Of the same items and categories.
        labels : sequence
            Of the groups.
        on_pass : callable, optional
            Told after each pass over the answers how many there were and the log-likelihood.

        Returns
        -------
        self
        """
        self._check_options()
        plan = layout(self._plan(table, answers.n_rows), table, len(labels))
        with one_thread():
            found = search(plan, answers, self.random_state, progress=on_pass)
            self.categories_, self.groups_ = table, list(labels)
            self._keep(found.fit, answers, found.starts)
        return self

    def _plan(self, table: CategoryTable, n_rows: int) -> Plan:
        return Plan(
            model=self._model,
            slopes=self.slopes,
            n_quadrature=self.n_quadrature,
            slope_prior=self.slope_prior,
            anchors=self.anchors,
            key=key_codes(self.key, table),
            n_starts=self.n_starts or self._enough_starts(n_rows),
            tol=self.tol,
            max_iter=self.max_iter,
        )

    def _enough_starts(self, n_rows: int) -> int:
        if self.slopes != "free" or self.anchors is not None:
            return 1  # theta is held, and there is one top
        if self._model == "nominal":
            return _STARTS_NOMINAL
        return _STARTS_FEW if n_rows <= _FEW else _STARTS_MANY

    def _keep(self, fit: Fit, answers: Source, starts: pd.DataFrame) -> None:
        design = fit.design
        self.items_: ItemParameters = design.items(fit.full)
        self.nodes_: Array = design.nodes
        means, sds = design.groups(fit.full)
        self.group_parameters_ = pd.DataFrame({"mean": means, "sd": sds}, index=self.groups_)
        self.log_likelihood_, self.n_iter_ = fit.log_likelihood, fit.n_iter
        self.converged_, self.starts_ = fit.converged, starts
        self.n_parameters_ = design.n_free
        self.aic_ = 2.0 * design.n_free - 2.0 * fit.log_likelihood
        size = answers.total_weight
        self.bic_ = design.n_free * float(np.log(size)) - 2.0 * fit.log_likelihood
        # Scoring one sitting must not wait for either of these.
        self._scorer, self._lookup = self.eap_table(), CategoryLookup(self.categories_.labels)
        self.covariance_, errors = self._errors(fit, answers)
        self.parameters_: pd.DataFrame = parameter_frame(self.items_, errors)
        self.advice_: tuple[str, ...] = advice_on(self.categories_, self.items_, fit, starts)

    def _errors(self, fit: Fit, answers: Source) -> tuple[Array | None, Array | None]:
        if self.standard_errors == "none":
            return None, None
        information = observed_information(
            answers, Position.at(fit.design, fit.full), fit.expectation
        )
        covariance = np.linalg.pinv(information, hermitian=True)
        se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        full = np.where(fit.design.free >= 0, se[np.maximum(fit.design.free, 0)], np.nan)
        size = fit.design.shape[0] * fit.design.shape[1]
        self.group_parameters_["se_mean"] = full[size::2]
        self.group_parameters_["se_sd"] = full[size + 1 :: 2] * self.group_parameters_["sd"]
        return np.asarray(covariance, dtype=np.float64), full[:size].reshape(fit.design.shape)

    def transform(self, X: Any, groups: ArrayLike | None = None) -> Array:
        """Expected theta of each sitting (EAP) and its standard error.

        Parameters
        ----------
        X : data frame or array-like, shape (sittings, items)
            Category codes, as in `fit`.
        groups : array-like, shape (sittings,), optional
            Labels of groups, as in `fit`; the first group by default.

        Returns
        -------
        ndarray, shape (sittings, 2)
        """
        check_is_fitted(self, "items_")
        if not self._named_alike(X):
            self._remember_columns(X, reset=False)
        codes = self._codes(X)
        if groups is None:
            return self._scorer.many(codes)
        places = pd.Index(self.groups_).get_indexer(np.asarray(groups))
        if len(places) != len(codes) or np.any(places < 0):
            raise InvalidInput("expected a group per sitting, out of those in the fit")
        scores = np.empty((len(codes), 2))
        for place in np.unique(places):
            chosen = places == place
            scores[chosen] = self.eap_table(self.groups_[place]).many(codes[chosen])
        return scores

    def _codes(self, X: Any) -> Codes:
        """Answers as the numbers of the fit's categories."""
        numbers = plain_numbers(X)
        codes = None if numbers is None else self._lookup.codes(numbers)
        if codes is None:  # words, or something that must be named
            codes = CategoryTable.from_any(X, labels=self.categories_.labels).codes
        return codes

    def eap_table(self, group: Any = None) -> EapTable:
        """Everything that scoring needs, worked out once: for one person at a time.

        Parameters
        ----------
        group : label, optional
            Whose prior; the first group by default.

        Returns
        -------
        EapTable
        """
        mean, sd = self._prior(group)
        return EapTable(self.items_, nodes=self.nodes_, mean=mean, sd=sd)

    def _prior(self, group: Any = None) -> tuple[float, float]:
        row = self.group_parameters_.loc[self.groups_[0] if group is None else group]
        return float(row["mean"]), float(row["sd"])

    def person_scores(self, X: Any, *, method: str = "EAP") -> pd.DataFrame:
        """Theta of each sitting and its standard error, by the method asked for.

        Parameters
        ----------
        X : data frame or array-like, shape (sittings, items)
            Category codes, as in `fit`.
        method : {"EAP", "MAP", "ML", "WLE"}
            Expected or most probable value after the prior, maximum likelihood, or Warm's weighted
            likelihood.

        Returns
        -------
        DataFrame
            Columns theta and se, a row per sitting.
        """
        check_is_fitted(self, "items_")
        table = CategoryTable.from_any(X, labels=self.categories_.labels)
        mean, sd = self._prior()
        scores = person_scores(
            self.items_, table.codes, method=method, nodes=self.nodes_, mean=mean, sd=sd
        )
        return pd.DataFrame(scores, columns=["theta", "se"], index=table.rows)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of what `transform` gives.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self, "items_")
        return np.array(["theta", "theta_se"], dtype=object)

    def _remember_columns(self, X: Any, *, reset: bool) -> None:
        plain = isinstance(X, pd.DataFrame) or (isinstance(X, np.ndarray) and X.ndim == 2)
        shown = X if plain else CategoryTable.from_any(X).codes
        validate_data(self, shown, reset=reset, skip_check_array=True)

    def _named_alike(self, X: Any) -> bool:
        """Whether a data frame has the very columns of the fit: the common case, told quickly."""
        names = getattr(self, "feature_names_in_", None)
        if names is None or not isinstance(X, pd.DataFrame) or X.shape[1] != len(names):
            return False
        return bool((X.columns.to_numpy() == names).all())

    def _check_options(self) -> None:
        if self.slopes not in _SLOPES:
            raise InvalidInput(f"expected slopes out of {', '.join(_SLOPES)}, got {self.slopes!r}")
        if self.standard_errors not in ("observed", "none"):
            raise InvalidInput(
                f"expected standard_errors 'observed' or 'none', got {self.standard_errors!r}"
            )
        if self.n_quadrature is not None and self.n_quadrature < 5:
            raise InvalidInput(f"expected 5 quadrature nodes or more, got {self.n_quadrature}")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags
