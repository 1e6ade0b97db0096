"""Cox's model of one score at a time, many scores at once: log hazard ratio per SD, score test, concordance.

Ties are Efron's, as in R's coxph. Values are samples x scores; covariates enter each model beside the score.
"""

from dataclasses import dataclass

import numpy as np

COLUMNS, ROUNDS, SETTLED = 256, 60, 1e-11
# Share of the information on a score, of what there is at a hazard ratio of 1, below which the estimate runs away.
LOST = 1e-6


@dataclass(frozen=True)
class FollowUp:
    """Samples from the longest follow-up to the shortest, and what each event needs to know.

    `rows` are the events. Of each: how many samples are `at_risk`, between which events (`first`, `last`) those at the
    same time stand, and the `share` of these that Efron takes out of the risk set.
    """

    order: np.ndarray
    rows: np.ndarray
    at_risk: np.ndarray
    first: np.ndarray
    last: np.ndarray
    share: np.ndarray


@dataclass(frozen=True)
class HazardRatios:
    """Log hazard ratios per SD and their standard errors; a `separable` score has no finite one."""

    effect: np.ndarray
    se: np.ndarray
    separable: np.ndarray


def follow(time: np.ndarray, event: np.ndarray) -> FollowUp:
    """Sort samples by time; who is censored at the time of an event was still at risk."""
    order = np.lexsort((~event, -time))
    times = time[order]
    rows = np.flatnonzero(event[order])
    of_events = -times[rows]
    first, last = np.searchsorted(of_events, of_events, "left"), np.searchsorted(of_events, of_events, "right")
    share = (np.arange(len(rows)) - first) / np.maximum(last - first, 1)
    return FollowUp(order, rows, np.searchsorted(-times, of_events, "right"), first, last, share)


def hazard_ratios(values: np.ndarray, covariates: np.ndarray, told: FollowUp) -> HazardRatios:
    """Fit each score by itself, per its own SD, with the covariates beside it."""
    width = values.shape[1]
    effect, se = np.full(width, np.nan), np.full(width, np.nan)
    separable = np.zeros(width, dtype=bool)
    beside = _per_sd(covariates)[told.order]
    for start in range(0, width, COLUMNS):
        part = slice(start, start + COLUMNS)
        scores = _per_sd(values[:, part])[told.order]
        varies = np.isfinite(scores).all(axis=0)
        if not varies.any() or not len(told.rows):
            continue
        every = np.flatnonzero(varies) + start
        effect[every], se[every], separable[every] = _fit(scores[:, varies], beside, told)
    return HazardRatios(effect, se, separable)


def martingale_residuals(covariates: np.ndarray, told: FollowUp) -> np.ndarray:
    """Events less those the covariates alone expect; their product with a score is the score test of that score."""
    beside = _per_sd(covariates)[told.order]
    risk = np.ones(len(told.order))
    if beside.shape[1] and len(told.rows):
        slopes, _, _ = _newton(beside.T[:, :, None], told)
        risk = np.exp(beside @ slopes[:, 0])
    each = 1 / _at_risk(risk[:, None], told)[:, 0]
    hazard = np.zeros(len(risk))
    np.add.at(hazard, told.at_risk - 1, each)
    hazard = np.cumsum(hazard[::-1])[::-1]
    spared = np.concatenate([[0], np.cumsum(told.share * each)])
    hazard[told.rows] -= spared[told.last] - spared[told.first]
    residuals = -risk * hazard
    residuals[told.rows] += 1
    in_order = np.empty_like(residuals)
    in_order[told.order] = residuals
    return in_order


def concordance(values: np.ndarray, told: FollowUp) -> np.ndarray:
    """Return Harrell's C: P(of two samples the one with the earlier event scores higher), tied scores counting half."""
    scores = values[told.order]
    agreeing, pairs = np.zeros(values.shape[1]), 0
    for row, at_risk, first, last in zip(told.rows, told.at_risk, told.first, told.last, strict=True):
        later = np.ones(at_risk, dtype=bool)
        later[told.rows[first:last]] = False
        agreeing += (np.sign(scores[row] - scores[:at_risk][later]) + 1).sum(axis=0) / 2
        pairs += int(later.sum())
    return agreeing / pairs if pairs else np.full(values.shape[1], np.nan)


def _per_sd(values: np.ndarray) -> np.ndarray:
    """Centre and divide by the SD; NaN where there is no spread beyond rounding."""
    centred = values - values.mean(axis=0)
    sd = values.std(axis=0, ddof=1)
    steady = sd <= np.maximum(1e-12, 1e-9 * np.abs(values).max(axis=0, initial=0))
    return np.asarray(centred / np.where(steady, np.nan, sd))


def _fit(scores: np.ndarray, beside: np.ndarray, told: FollowUp) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    models = np.empty((1 + beside.shape[1], *scores.shape))
    models[0] = scores
    models[1:] = beside.T[:, :, None]
    slopes, information, separable = _newton(models, told)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = 1 / np.sqrt(_own(information))
    return np.where(separable, np.nan, slopes[0]), np.where(separable, np.nan, se), separable


def _newton(x: np.ndarray, told: FollowUp) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Maximise the partial likelihood of each model (slopes x samples x models), halving steps that overshoot."""
    best = np.zeros((x.shape[0], x.shape[2]))
    likelihood, gradient, information = _derivatives(best, x, told)
    at_start = _own(information).copy()
    lost = ~(at_start > 0)
    step = _step(gradient, information)
    going = ~lost
    for _ in range(ROUNDS):
        if not going.any():
            break
        at = np.flatnonzero(going)
        trial = best[:, at] + step[:, at]
        reached, slope, known = _derivatives(trial, x[:, :, at], told)
        better = reached >= likelihood[at] - SETTLED
        step[:, at[~better]] /= 2
        moved = at[better]
        settled = reached[better] - likelihood[moved] < SETTLED
        best[:, moved], likelihood[moved] = trial[:, better], reached[better]
        information[:, :, moved] = known[:, :, better]
        step[:, moved] = _step(slope[:, better], known[:, :, better])
        lost[moved] = ~(_own(known[:, :, better]) > LOST * at_start[moved])
        going[moved] = ~settled & ~lost[moved]
    return best, information, lost | going


def _derivatives(slopes: np.ndarray, x: np.ndarray, told: FollowUp) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log partial likelihood, gradient (slopes x models) and information (slopes x slopes x models)."""
    count = len(slopes)
    with np.errstate(all="ignore"):
        logs = np.einsum("pm,pnm->nm", slopes, x)
        logs -= logs.max(axis=0)
        risk = np.exp(logs)
        whole = _at_risk(risk, told)
        weighted = [risk * each for each in x]
        means = [_at_risk(each, told) / whole for each in weighted]
        likelihood = logs[told.rows].sum(axis=0) - np.log(whole).sum(axis=0)
        gradient = np.array([x[a][told.rows].sum(axis=0) - means[a].sum(axis=0) for a in range(count)])
        information = np.empty((count, count, x.shape[2]))
        for a in range(count):
            for b in range(a + 1):
                spread = _at_risk(weighted[a] * x[b], told) / whole - means[a] * means[b]
                information[a, b] = information[b, a] = spread.sum(axis=0)
    return np.where(np.isfinite(likelihood), likelihood, -np.inf), gradient, information


def _at_risk(values: np.ndarray, told: FollowUp) -> np.ndarray:
    """Sum over the risk set of each event, less Efron's share of the events at the same time."""
    sums = np.cumsum(values, axis=0)[told.at_risk - 1]
    if told.share.any():
        events = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values[told.rows], axis=0)])
        sums -= told.share[:, None] * (events[told.last] - events[told.first])
    return sums


def _step(gradient: np.ndarray, information: np.ndarray) -> np.ndarray:
    if len(gradient) == 1:
        with np.errstate(all="ignore"):
            return np.nan_to_num(gradient / information[0], posinf=0, neginf=0)
    square = np.nan_to_num(np.moveaxis(information, 2, 0))
    # A trace of the diagonal keeps a hopeless model solvable; where the gradient is 0 it changes nothing.
    trace = 1e-12 * (np.trace(square, axis1=1, axis2=2) + 1)
    square = square + trace[:, None, None] * np.eye(len(gradient))
    return np.linalg.solve(square, np.nan_to_num(gradient).T[:, :, None])[:, :, 0].T


def _own(information: np.ndarray) -> np.ndarray:
    """Information on the first slope that the others do not carry."""
    first, cross, rest = information[0, 0], information[0, 1:], information[1:, 1:]
    if not len(rest):
        return np.asarray(first)
    among = np.nan_to_num(np.moveaxis(rest, 2, 0))
    trace = 1e-12 * (np.trace(among, axis1=1, axis2=2) + 1)
    solved = np.linalg.solve(among + trace[:, None, None] * np.eye(len(rest)), np.nan_to_num(cross).T[:, :, None])
    return np.asarray(first - (cross * solved[:, :, 0].T).sum(axis=0))
