"""Compiled loops over the rows of a matrix: ranks from groups of equal values, and sums over the members of sets.

Only values that are not zero are touched. Rows are independent: whatever the number of threads or the size of a
block, a row gets the same bits.
"""

import math

import numpy as np

from resig.compiled import inlined, kernel

HASH_BITS = 11
HASH_SIZE = 1 << HASH_BITS
MOST_HASHED = 768  # a row with more distinct values is sorted instead
DIGIT_BITS = 11
DIGITS = 1 << DIGIT_BITS
PASSES = 6  # 6 digits of 11 bits hold a key of 64
NO_GROUPS = -1
ALL_FINITE = -1

AS_STORED, LOG, LOG2 = range(3)


@kernel
def rank_rows(
    start: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    gene_of: np.ndarray,
    wanted: np.ndarray,
    n_genes: int,
    transform: int,
    per: float,
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_above: np.ndarray,
    entry_ties: np.ndarray,
    entry_log: np.ndarray,
    zero_above: np.ndarray,
    zeros: np.ndarray,
    log_sum: np.ndarray,
    log_squares: np.ndarray,
) -> int:
    """Rank the genes of each row among each other, and write an entry for each wanted gene that is not zero.

    An entry says how many genes stand above it in its row, how many share its value, and its value on the log
    scale. `gene_of` places columns among the `n_genes` in use (-1: not used); `per` above 0 scales a row to that sum.
    Return the first row with a value that is not finite, or ALL_FINITE.
    """
    longest = 1
    for row in range(start.shape[0] - 1):
        longest = max(longest, start[row + 1] - start[row])
    gene, value, group_of = np.empty(longest, np.int32), np.empty(longest, np.float64), np.empty(longest, np.int32)
    room = max(longest, MOST_HASHED)
    order, count = np.empty(room, np.int32), np.empty(room, np.int32)
    group_value, group_log, above = np.empty(room, np.float64), np.empty(room, np.float64), np.empty(room, np.int32)
    table = np.zeros(HASH_SIZE, np.uint64), np.empty(HASH_SIZE, np.int32), np.empty(MOST_HASHED, np.int64)
    n_entries = 0
    for row in range(start.shape[0] - 1):
        n, total = 0, 0.0
        for at in range(start[row], start[row + 1]):
            gene[n], value[n] = gene_of[columns[at]], values[at]
            total += value[n]
            n += (gene[n] >= 0) & (value[n] != 0.0)
        if not math.isfinite(total):
            return row
        scale = per / total if per > 0.0 and total > 0.0 else 1.0
        n_groups = group_by_hash(value, n, table, group_of, group_value, count)
        if n_groups == NO_GROUPS:
            n_groups = group_by_sorting(value, n, group_of, group_value, count)
        order_descending(group_value, n_groups, order)

        seen, below_zero, sum_, squares = 0, False, 0.0, 0.0
        for place in range(n_groups):
            group = order[place]
            if group_value[group] < 0.0 and not below_zero:
                below_zero, zero_above[row] = True, seen
                seen += n_genes - n
            above[group] = seen
            logged = on_log_scale(group_value[group] * scale, transform)
            group_log[group] = logged
            sum_ += count[group] * logged
            squares += count[group] * logged * logged
            seen += count[group]
        if not below_zero:
            zero_above[row] = seen
        zeros[row], log_sum[row], log_squares[row] = n_genes - n, sum_, squares

        entry_start[row] = n_entries
        for at in range(n):
            group = group_of[at]
            entry_gene[n_entries] = gene[at]
            entry_above[n_entries] = above[group]
            entry_ties[n_entries] = count[group]
            entry_log[n_entries] = group_log[group]
            n_entries += wanted[gene[at]]
    entry_start[start.shape[0] - 1] = n_entries
    return ALL_FINITE


@inlined
def on_log_scale(value: float, transform: int) -> float:
    """Bring one value to the log scale; zero stays zero."""
    if transform == AS_STORED:
        return value
    return math.log1p(value) if transform == LOG else math.log1p(value) / math.log(2.0)


@inlined
def sortable(value: float) -> np.uint64:
    """Return a whole number, not 0, that is in the order of the value: the bits of a float, mended for signs."""
    bits = np.float64(value).view(np.uint64)
    top = np.uint64(0x8000000000000000)
    return ~bits if bits & top else bits | top


@kernel
def group_by_hash(
    value: np.ndarray,
    n: int,
    table: tuple[np.ndarray, np.ndarray, np.ndarray],
    group_of: np.ndarray,
    group_value: np.ndarray,
    count: np.ndarray,
) -> int:
    """Number the distinct values as they come; return how many there are, or NO_GROUPS where there are too many.

    Counts and their logs have some dozens of distinct values in a cell, so that a small table holds them all.
    """
    keys, group_at, used = table
    n_groups, full = 0, False
    for at in range(n):
        key = sortable(value[at])
        slot = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - HASH_BITS))
        while keys[slot] != key:
            if keys[slot] == 0:
                full = n_groups == MOST_HASHED
                if not full:
                    keys[slot], group_at[slot], used[n_groups] = key, n_groups, slot
                    group_value[n_groups], count[n_groups] = value[at], 0
                    n_groups += 1
                break
            slot = (slot + 1) & (HASH_SIZE - 1)
        if full:
            break
        group = group_at[slot]
        group_of[at] = group
        count[group] += 1
    for group in range(n_groups):
        keys[used[group]] = 0
    return NO_GROUPS if full else n_groups


@kernel
def group_by_sorting(
    value: np.ndarray, n: int, group_of: np.ndarray, group_value: np.ndarray, count: np.ndarray
) -> int:
    """Number the distinct values from the highest to the lowest, by a radix sort; return how many there are."""
    keys, places = np.empty(n, np.uint64), np.empty(n, np.int32)
    other_keys, other_places = np.empty(n, np.uint64), np.empty(n, np.int32)
    for at in range(n):
        keys[at], places[at] = ~sortable(value[at]), at
    tally = np.empty(DIGITS, np.int64)
    for turn in range(PASSES):
        shift = np.uint64(DIGIT_BITS * turn)
        tally[:] = 0
        for at in range(n):
            tally[(keys[at] >> shift) & np.uint64(DIGITS - 1)] += 1
        if tally[(keys[0] >> shift) & np.uint64(DIGITS - 1)] == n:
            continue
        before = 0
        for digit in range(DIGITS):
            before, tally[digit] = before + tally[digit], before
        for at in range(n):
            digit = (keys[at] >> shift) & np.uint64(DIGITS - 1)
            other_keys[tally[digit]], other_places[tally[digit]] = keys[at], places[at]
            tally[digit] += 1
        keys, other_keys = other_keys, keys
        places, other_places = other_places, places
    n_groups = 0
    for at in range(n):
        if at == 0 or keys[at] != keys[at - 1]:
            group_value[n_groups], count[n_groups] = value[places[at]], 0
            n_groups += 1
        group_of[places[at]] = n_groups - 1
        count[n_groups - 1] += 1
    return n_groups


@kernel
def order_descending(value: np.ndarray, n: int, order: np.ndarray) -> None:
    """Order groups by their values, highest first: a shell sort, for they are few or in order already."""
    for at in range(n):
        order[at] = at
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(gap, n):
            moved, to = order[at], at
            while to >= gap and value[order[to - gap]] < value[moved]:
                order[to] = order[to - gap]
                to -= gap
            order[to] = moved
        gap //= 3


@kernel
def sum_over_members(
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_value: np.ndarray,
    at_zero: np.ndarray,
    member_start: np.ndarray,
    member_set: np.ndarray,
    member_weight: np.ndarray,
    total_weight: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add up weight x value over the members of each set: entries have a value of their own, all other genes one."""
    for row in range(entry_start.shape[0] - 1):
        for each in range(total_weight.shape[0]):
            sums[row, each] = total_weight[each] * at_zero[row] if at_zero[row] != 0.0 else 0.0
        for at in range(entry_start[row], entry_start[row + 1]):
            gained = entry_value[at] - at_zero[row]
            gene = entry_gene[at]
            for member in range(member_start[gene], member_start[gene + 1]):
                sums[row, member_set[member]] += member_weight[member] * gained


@kernel
def t_of_coefficients(
    products: np.ndarray, squares: np.ndarray, inverse: np.ndarray, degrees: float, t: np.ndarray
) -> None:
    """Fit each row by all predictors together; `products` are predictors x row, the first one the intercept."""
    n = inverse.shape[0]
    coefficient = np.empty(n)
    for row in range(products.shape[0]):
        explained = 0.0
        for i in range(n):
            total = 0.0
            for j in range(n):
                total += inverse[i, j] * products[row, j]
            coefficient[i] = total
            explained += total * products[row, i]
        residual = max(squares[row] - explained, 0.0) / degrees
        for i in range(1, n):
            t[row, i - 1] = coefficient[i] / math.sqrt(residual * inverse[i, i]) if residual > 0.0 else np.nan


@kernel
def moments_of_matched_sets(
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_value: np.ndarray,
    at_zero: np.ndarray,
    gene_at_zero: np.ndarray,
    bin_of: np.ndarray,
    bin_size: np.ndarray,
    cell_start: np.ndarray,
    cell_bin: np.ndarray,
    cell_weight: np.ndarray,
    cell_squares: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
) -> None:
    """Mean and variance of a weighted sum when each member becomes a random gene of its bin, none drawn twice.

    Set s has in bin `cell_bin[c]` members with weights that add up to `cell_weight[c]` and, squared, to
    `cell_squares[c]`, for c from `cell_start[s]` on. A gene that is zero in a row counts `at_zero` of the row plus
    `gene_at_zero` of the gene; the first part is the same for all genes and moves the mean alone.
    """
    n_bins = bin_size.shape[0]
    sums_at_zero, squares_at_zero = np.zeros(n_bins), np.zeros(n_bins)
    for gene in range(bin_of.shape[0]):
        sums_at_zero[bin_of[gene]] += gene_at_zero[gene]
        squares_at_zero[bin_of[gene]] += gene_at_zero[gene] ** 2
    sums, squares = np.empty(n_bins), np.empty(n_bins)
    for row in range(entry_start.shape[0] - 1):
        sums[:], squares[:] = sums_at_zero, squares_at_zero
        for at in range(entry_start[row], entry_start[row + 1]):
            gene = entry_gene[at]
            here, usual = entry_value[at] - at_zero[row], gene_at_zero[gene]
            sums[bin_of[gene]] += here - usual
            squares[bin_of[gene]] += here * here - usual * usual
        for each in range(cell_start.shape[0] - 1):
            expected, spread = 0.0, 0.0
            for cell in range(cell_start[each], cell_start[each + 1]):
                size = bin_size[cell_bin[cell]]
                centre = sums[cell_bin[cell]] / size
                own = max(squares[cell_bin[cell]] / size - centre * centre, 0.0)
                weight, squared = cell_weight[cell], cell_squares[cell]
                expected += weight * (centre + at_zero[row])
                if size > 1:
                    spread += own * (squared - (weight * weight - squared) / (size - 1.0))
            mean[row, each], variance[row, each] = expected, spread


@kernel
def count_as_high(
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_value: np.ndarray,
    at_zero: np.ndarray,
    member_start: np.ndarray,
    member_set: np.ndarray,
    member_weight: np.ndarray,
    total_weight: np.ndarray,
    base: np.ndarray,
    n_draws: int,
    observed: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Count for each set and row how many of its `n_draws` drawn sets score as high as itself, up to rounding."""
    sums = np.empty(total_weight.shape[0])
    for row in range(entry_start.shape[0] - 1):
        for each in range(sums.shape[0]):
            sums[each] = base[each] + total_weight[each] * at_zero[row]
        for at in range(entry_start[row], entry_start[row + 1]):
            gained = entry_value[at] - at_zero[row]
            gene = entry_gene[at]
            for member in range(member_start[gene], member_start[gene + 1]):
                sums[member_set[member]] += member_weight[member] * gained
        for each in range(observed.shape[1]):
            bar = observed[row, each] - 1e-9 * (1.0 + abs(observed[row, each]))
            n = 0
            for draw in range(n_draws):
                n += sums[each * n_draws + draw] >= bar
            counts[row, each] = n
