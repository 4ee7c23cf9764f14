"""Names of the steps of a fit (protocols/training.md 5.3)."""

# Steps are tuples of one of these names and what belongs to it.
START_GRADIENT, START_INFORMATION, INVERSE, DIRECTION = "start gradient", "start information", "inverse", "direction"
MOVE, STAY, ACCEPT, STEADY = "move", "stay", "accept", "steady"
PREDICTOR, RESIDUAL, GRADIENT, INFORMATION = "predictor", "residual", "gradient", "information"
COEFFICIENTS, VARIANCES, SIGN = "coefficients", "variances", "checkpoint"
# A linear fit's residuals are multiplied with case weights, or with their roots.
WEIGH, BY_WEIGHT, BY_ROOT = "weigh", "weight", "root"
# The middle of the sandwich estimate, and the variances from it.
MEAT, ROBUST_VARIANCES = "meat", "robust variances"
# An elastic net: what is opened to both, and the point that both know.
CORRELATIONS, PROPOSE, JOINT_GRADIENT = "correlations", "propose", "joint gradient"
# Proportional hazards: rates, their sums over risk sets, the reciprocals of these; points of the path to the fit.
RATES, RISKS, RECIPROCALS, PATH_POINT, PATH_SUM = "rates", "risks", "reciprocals", "path point", "path sum"
# The point where no column has an effect.
NULL = "null"
# What names columns where there is no result.
ALIASES, MOVEMENTS = "aliases", "movements"
# Each passive party learns it of its columns; with further ones they say in turn whether they take one away; one does. Of a further
# party with its place among these.
PASSIVE_ALIASES, LEAVES, LEAVE_OUT = "passive aliases", "leaves", "leave out"
# These open a number to both.
TRACE, NORM, SUM, RESIDUAL_SUM, RANGE = "trace", "norm", "sum", "residual sum", "range"
SQUARES, THETA, SUM_RANGE = "squares", "theta", "sum range"
# Of rows that were kept aside.
HELD_OUT_RANGE, HELD_OUT_SUM, HELD_OUT_SQUARES = "held-out range", "held-out sum", "held-out squares"
# Cross-validation.
FOLD_INFORMATION, FOLD_POINTS, FOLD_PREDICTOR = "fold information", "fold points", "fold predictor"
FOLD_RANGE, FOLD_SUM, FOLD_SQUARES = "fold range", "fold sum", "fold squares"
# Proportional hazards: how far reciprocals are from exact, and what the loss of the fit is above that of the start.
RISK_TRACE, PATH_INTEGRAL = "risk trace", "path integral"
# The cumulative hazard at declared times, for the active party.
CURVE = "curve"
# The sum that theta's standard error takes, likewise.
CURVATURE = "curvature"
# A log-rank test between levels, and their survival curves, likewise.
LEVEL_TEST, LEVEL_CURVES = "level test", "level curves"
# Wald's and Rao's statistics of no effect.
WALD, SCORE = "wald", "score"
OPENINGS = {
    TRACE, NORM, SUM, RESIDUAL_SUM, RANGE, SQUARES, THETA, HELD_OUT_RANGE, HELD_OUT_SUM, HELD_OUT_SQUARES,
    FOLD_RANGE, FOLD_SUM, FOLD_SQUARES, SUM_RANGE, RISK_TRACE, PATH_INTEGRAL,
    WALD, SCORE, LEAVES,
}
# Of these, what the next steps depend on: their bits are counted.
DECIDING = {TRACE, NORM, RANGE, THETA, RISK_TRACE, LEAVES}
# How an inverse starts: anew, from five eighths of the last one, or going on; `further` goes on from a cold start. Reciprocals start
# from a power of two, or with `warm` where the last ones are.
COLD, FURTHER, WARM, MORE = "cold", "further", "warm", "more"
# The first iterations of a cold start take both products for symmetric.
SYMMETRIC = 4
# Places whose means are multiplied with each other at once.
MEANS_AT_ONCE = 1024
# Iterations that solve for the steps of the folds.
FOLD_ITERATIONS = 10
