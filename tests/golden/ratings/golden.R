# Rscript golden.R in this folder; needs psych.
library(psych)
set.seed(20261122)
answer <- rnorm(60, 2.2, 0.9)
lenient <- c(a = 0, b = 0.35, c = -0.2)
rate <- function(r) pmin(4, pmax(0, round(answer + lenient[[r]] + rnorm(60, 0, 0.6))))
three <- data.frame(a = rate("a"), b = rate("b"), c = rate("c"))
write.csv(three, "three_raters.csv", row.names = FALSE)
rows <- list()
put <- function(name, figure) rows[[length(rows) + 1]] <<- data.frame(name = name, figure = sprintf("%.10g", figure))
for (pair in list(c("a", "b"), c("a", "c"), c("b", "c"))) {
  x <- three[, pair]
  name <- paste(pair, collapse = "-")
  k <- cohen.kappa(x)
  put(paste0(name, ".kappa"), k$weighted.kappa)
  put(paste0(name, ".exact"), mean(x[[1]] == x[[2]]))
  put(paste0(name, ".adjacent"), mean(abs(x[[1]] - x[[2]]) <= 1))
  t <- t.test(x[[1]], x[[2]], paired = TRUE)
  put(paste0(name, ".bias"), t$estimate[[1]])
  put(paste0(name, ".bias.low"), t$conf.int[1])
  put(paste0(name, ".bias.high"), t$conf.int[2])
  i <- ICC(x, lmer = FALSE)$results
  put(paste0(name, ".icc"), i[2, "ICC"]); put(paste0(name, ".icc.low"), i[2, "lower bound"]); put(paste0(name, ".icc.high"), i[2, "upper bound"])
  put(paste0(name, ".iccs"), i[5, "ICC"]); put(paste0(name, ".iccs.low"), i[5, "lower bound"]); put(paste0(name, ".iccs.high"), i[5, "upper bound"])
}
i <- ICC(three, lmer = FALSE)$results
put("all.icc", i[2, "ICC"]); put("all.icc.low", i[2, "lower bound"]); put("all.icc.high", i[2, "upper bound"])
put("all.iccs", i[5, "ICC"]); put("all.iccs.low", i[5, "lower bound"]); put("all.iccs.high", i[5, "upper bound"])
# Both orders of each answer's first two ratings: raters that cannot be told apart.
both <- rbind(as.matrix(three[, c("a", "b")]), as.matrix(three[, c("b", "a")]))
put("interchangeable.kappa", cohen.kappa(both)$weighted.kappa)
# Cohen (1968), proportions of 200 cases in three categories; psych's own example data.
cohen <- matrix(c(0.44, 0.07, 0.09, 0.05, 0.20, 0.05, 0.01, 0.03, 0.06), ncol = 3, byrow = TRUE)
k <- cohen.kappa(cohen, n.obs = 200)
put("cohen.kappa", k$weighted.kappa)
write.csv(do.call(rbind, rows), "r.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "psych", as.character(packageVersion("psych")), "\n")
