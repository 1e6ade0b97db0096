"""Compiled loops over the rows of a matrix: ranks of groups of equal values, and sums over the members of sets.

An index without a sign (np.uint32) spares numba the question whether it counts from the end.
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
DIGITS_OF_64_BITS, DIGITS_OF_A_GENE = 6, 2
TOO_MANY = -1
DONE, UNORDERED, OUTSIDE = -1, -2, -3
UNUSED = -1
FEW = 128  # so many groups are ordered by comparing each with each, without a jump that depends on values

AS_STORED, LOG, LOG2 = range(3)


def encode(gene_of: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Say for each column in one number which gene it is (twice its place) and whether that is wanted (plus 1)."""
    return np.where(gene_of >= 0, 2 * gene_of + wanted[gene_of], UNUSED).astype(np.int32)


@kernel
def rank_rows(
    start: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    code_of: np.ndarray,
    n_genes: int,
    transform: int,
    per: float,
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_group: np.ndarray,
    group_start: np.ndarray,
    group_above: np.ndarray,
    group_ties: np.ndarray,
    group_log: np.ndarray,
    zero_above: np.ndarray,
    zeros: np.ndarray,
    log_sum: np.ndarray,
    log_squares: np.ndarray,
) -> int:
    """Group the genes of each row by value, rank the groups, and write an entry for each wanted gene that is not zero.

    An entry says which group it is of; a group says how many genes stand above it in its row, how many it holds, and
    its value on the log scale. `code_of` says of each column which of the `n_genes` it is and whether that is wanted
    (see `encode`); `per` above 0 scales a row to that sum. Return DONE, UNORDERED where columns do not ascend, OUTSIDE
    where one is not among those of `code_of`, or the first row with a value that is not finite.
    """
    longest = MOST_HASHED
    for row in range(start.shape[0] - 1):
        longest = max(longest, start[row + 1] - start[row])
    order, group_value = np.empty(longest, np.int32), np.empty(longest, np.float64)
    table = np.zeros(HASH_SIZE, np.uint64), np.empty(HASH_SIZE, np.int32), np.empty(MOST_HASHED, np.int64)
    done, grouped = 0, 0
    for row in range(start.shape[0] - 1):
        begin, end = start[row], start[row + 1]
        if not ascends(columns[begin:end]):
            return UNORDERED
        if end > begin and (columns[begin] < 0 or columns[end - 1] >= code_of.shape[0]):
            return OUTSIDE
        total = 0.0
        if per > 0.0:
            for at in range(begin, end):
                total += values[at]
        here = columns[begin:end], values[begin:end]
        genes, groups, ties = entry_gene[done:], entry_group[done:], group_ties[grouped:]
        n, n_wanted, n_groups = group_by_hash(*here, code_of, table, genes, groups, grouped, group_value, ties)
        if n_groups == TOO_MANY:
            n, n_wanted, n_groups = group_by_sorting(*here, code_of, genes, groups, grouped, group_value, ties)
        for group in range(n_groups):
            if not math.isfinite(group_value[group]):
                return row
        order_descending(group_value, n_groups, order)

        scale = per / total if per > 0.0 and total > 0.0 else 1.0
        seen, below_zero, sum_, squares = 0, False, 0.0, 0.0
        for place in range(n_groups):
            group = order[place]
            if group_value[group] < 0.0 and not below_zero:
                below_zero, zero_above[row] = True, seen
                seen += n_genes - n
            count, logged = ties[group], on_log_scale(group_value[group] * scale, transform)
            group_above[grouped + group], group_log[grouped + group] = seen, logged
            sum_ += count * logged
            squares += count * logged * logged
            seen += count
        if not below_zero:
            zero_above[row] = seen
        zeros[row], log_sum[row], log_squares[row] = n_genes - n, sum_, squares
        entry_start[row], group_start[row] = done, grouped
        done += n_wanted
        grouped += n_groups
    entry_start[start.shape[0] - 1], group_start[start.shape[0] - 1] = done, grouped
    return DONE


@kernel
def ascends(columns: np.ndarray) -> bool:
    """Tell whether each number is above the one before; counted, for a loop that may stop early is a slow one."""
    falls, earlier, later = 0, columns[:-1], columns[1:]
    for at in range(later.shape[0]):
        falls += later[at] <= earlier[at]
    return falls == 0


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
    columns: np.ndarray,
    values: np.ndarray,
    code_of: np.ndarray,
    table: tuple[np.ndarray, np.ndarray, np.ndarray],
    wanted_gene: np.ndarray,
    wanted_group: np.ndarray,
    first_group: int,
    group_value: np.ndarray,
    count: np.ndarray,
) -> tuple[int, int, int]:
    """Group equal values of one row; return how many genes are not zero, how many of them wanted, how many groups.

    Counts and their logs have some dozens of distinct values in a cell, so that a small table holds them all; where
    it does not the answer is TOO_MANY groups. Groups are numbered from `first_group` on.
    """
    keys, group_at, used = table
    n, n_wanted, n_groups, full = 0, np.uint64(0), 0, False
    for at in range(values.shape[0]):
        value, code = np.float64(values[at]), code_of[np.uint32(columns[at])]
        if value == 0.0 or code == UNUSED:
            continue
        key = value.view(np.uint64)
        slot = (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - HASH_BITS)
        while keys[slot] != key:
            if keys[slot] == 0:
                full = n_groups == MOST_HASHED
                if not full:
                    keys[slot], group_at[slot], used[n_groups] = key, n_groups, slot
                    group_value[n_groups], count[n_groups] = value, 0
                    n_groups += 1
                break
            slot = (slot + np.uint64(1)) & np.uint64(HASH_SIZE - 1)
        if full:
            break
        group = group_at[slot]
        count[np.uint32(group)] += 1
        n += 1
        wanted_gene[n_wanted], wanted_group[n_wanted] = code >> 1, first_group + group
        n_wanted += np.uint64(code & 1)
    for group in range(n_groups):
        keys[used[group]] = 0
    return n, int(np.int64(n_wanted)), TOO_MANY if full else n_groups


@kernel
def group_by_sorting(
    columns: np.ndarray,
    values: np.ndarray,
    code_of: np.ndarray,
    wanted_gene: np.ndarray,
    wanted_group: np.ndarray,
    first_group: int,
    group_value: np.ndarray,
    count: np.ndarray,
) -> tuple[int, int, int]:
    """Do what `group_by_hash` does for any number of distinct values, by a radix sort, highest group first."""
    room = values.shape[0]
    keys, places = np.empty(room, np.uint64), np.empty(room, np.int32)
    n = 0
    for at in range(room):
        if values[at] != 0.0 and code_of[columns[at]] != UNUSED:
            keys[n], places[n] = ~sortable(values[at]), at
            n += 1
    keys, places = sort_by_key(keys[:n], places[:n], DIGIT_BITS, DIGITS_OF_64_BITS)
    group_of = np.empty(room, np.int32)
    n_groups = 0
    for at in range(n):
        if at == 0 or keys[at] != keys[at - 1]:
            group_value[n_groups], count[n_groups] = values[places[at]], 0
            n_groups += 1
        group_of[places[at]] = n_groups - 1
        count[n_groups - 1] += 1
    n_wanted = 0
    for at in range(room):
        code = code_of[columns[at]]
        if values[at] != 0.0 and code & 1 and code != UNUSED:
            wanted_gene[n_wanted], wanted_group[n_wanted] = code >> 1, first_group + group_of[at]
            n_wanted += 1
    return n, n_wanted, n_groups


@kernel
def sort_by_key(keys: np.ndarray, places: np.ndarray, bits: int, n_digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Sort keys, and places with them, by digits of some bits; digits that all keys share are passed over."""
    n, mask = keys.shape[0], np.uint64((1 << bits) - 1)
    other_keys, other_places, tally = np.empty(n, np.uint64), np.empty(n, np.int32), np.empty(1 << bits, np.int64)
    for turn in range(n_digits):
        shift = np.uint64(bits * turn)
        tally[:] = 0
        for at in range(n):
            tally[(keys[at] >> shift) & mask] += 1
        if n == 0 or tally[(keys[0] >> shift) & mask] == n:
            continue
        before = 0
        for digit in range(1 << bits):
            before, tally[digit] = before + tally[digit], before
        for at in range(n):
            to = (keys[at] >> shift) & mask
            other_keys[tally[to]], other_places[tally[to]] = keys[at], places[at]
            tally[to] += 1
        keys, other_keys = other_keys, keys
        places, other_places = other_places, places
    return keys, places


@kernel
def order_descending(value: np.ndarray, n: int, order: np.ndarray) -> None:
    """Order groups by their values, which differ, highest first; many by a shell sort, for they are sorted already."""
    if n <= FEW:
        for at in range(n):
            own, higher = value[at], 0
            for other in range(n):
                higher += value[other] > own
            order[higher] = at
        return
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


@inlined
def add_members(
    gene: int,
    gained: float,
    member_start: np.ndarray,
    member_set: np.ndarray,
    member_weight: np.ndarray | None,
    lanes: tuple[int, ...],
    own: np.ndarray,
) -> None:
    """Add weight x value (no weights: the value) of one gene to the sum of each of its sets, a lane a member.

    Most genes are in one set or in a few. To take them one by one is a jump for each that no processor foresees; to
    take so many, some of which go to columns that nobody reads, is hardly ever one. `lanes` is a tuple so that their
    number is known when this is compiled.
    """
    for some in range(member_start[np.uint32(gene)], member_start[np.uint32(gene) + np.uint32(1)]):
        member = np.uint64(some) * np.uint64(len(lanes))
        for step in range(len(lanes)):
            at = member + np.uint64(step)
            if member_weight is None:
                own[member_set[at]] += gained
            else:
                own[member_set[at]] += member_weight[at] * gained


@kernel
def sum_over_members(
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_place: np.ndarray,
    value: np.ndarray,
    at_zero: np.ndarray,
    member_start: np.ndarray,
    member_set: np.ndarray,
    member_weight: np.ndarray | None,
    lanes: tuple[int, ...],
    total_weight: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add up weight x value over members: an entry has the value at its place, genes that are zero share one."""
    for row in range(entry_start.shape[0] - 1):
        own, usual = sums[row], at_zero[row]
        own[:] = 0.0
        if usual != 0.0:
            for each in range(total_weight.shape[0]):
                own[each] = total_weight[each] * usual
        for entry in range(entry_start[row], entry_start[row + 1]):
            at = np.uint64(entry)
            gained = value[np.uint32(entry_place[at])] - usual
            add_members(entry_gene[at], gained, member_start, member_set, member_weight, lanes, own)


@kernel
def sum_over_members_in_order(
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_group: np.ndarray,
    group_start: np.ndarray,
    group_above: np.ndarray,
    zero_above: np.ndarray,
    gene_at: np.ndarray,
    position_of: np.ndarray,
    value_of_rank: np.ndarray,
    member_start: np.ndarray,
    member_set: np.ndarray,
    member_weight: np.ndarray | None,
    lanes: tuple[int, ...],
    sums: np.ndarray,
) -> None:
    """Add up weight x value of rank over the members of each set, where no genes share a rank.

    Of equal values that gene comes first whose position is the lower one. `value_of_rank` begins with the highest
    gene; those further down than it is long count nothing. Entries are those of all genes that are not zero.
    """
    n_ranks, bits = value_of_rank.shape[0], 1
    while 1 << (bits * DIGITS_OF_A_GENE) < gene_at.shape[0]:
        bits += 1
    for row in range(entry_start.shape[0] - 1):
        own, first, last = sums[row], entry_start[row], entry_start[row + 1]
        own[:] = 0.0
        positions, groups = np.empty(last - first, np.uint64), entry_group[first:last] - group_start[row]
        for at in range(last - first):
            positions[at] = position_of[entry_gene[first + at]]
        positions, groups = sort_by_key(positions, groups.astype(np.int32), bits, DIGITS_OF_A_GENE)
        next_rank = group_above[group_start[row] : group_start[row + 1]].copy()
        for at in range(last - first):
            rank = next_rank[groups[at]]
            next_rank[groups[at]] += 1
            if rank < n_ranks:
                gene = gene_at[positions[at]]
                add_members(gene, value_of_rank[rank], member_start, member_set, member_weight, lanes, own)
        rank, at = zero_above[row], 0
        for position in range(gene_at.shape[0]):
            if rank >= n_ranks:
                break
            if at < last - first and positions[at] == position:
                at += 1
            else:
                add_members(gene_at[position], value_of_rank[rank], member_start, member_set, member_weight, lanes, own)
                rank += 1


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
            error = residual * inverse[i, i]
            t[row, i - 1] = coefficient[i] / math.sqrt(error) if error > 0.0 else np.nan


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
    cell_factor: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
) -> None:
    """Mean and variance of a weighted sum when each member becomes a random gene of its bin, none drawn twice.

    Set s has in bin `cell_bin[c]` members of total weight `cell_weight[c]`, for c from `cell_start[s]` on; the variance
    of the bin enters times `cell_factor[c]`. A gene that is zero in a row counts `at_zero` of the row plus
    `gene_at_zero` of the gene.
    """
    n_bins = bin_size.shape[0]
    sums_at_zero, squares_at_zero = np.zeros(n_bins), np.zeros(n_bins)
    for gene in range(bin_of.shape[0]):
        sums_at_zero[bin_of[gene]] += gene_at_zero[gene]
        squares_at_zero[bin_of[gene]] += gene_at_zero[gene] ** 2
    centre, spread = np.empty(n_bins), np.empty(n_bins)
    for row in range(entry_start.shape[0] - 1):
        centre[:], spread[:] = sums_at_zero, squares_at_zero
        for at in range(entry_start[row], entry_start[row + 1]):
            gene = entry_gene[at]
            here, usual, own = entry_value[at] - at_zero[row], gene_at_zero[gene], bin_of[gene]
            centre[own] += here - usual
            spread[own] += here * here - usual * usual
        for each in range(n_bins):
            centre[each] /= bin_size[each]
            spread[each] = max(spread[each] / bin_size[each] - centre[each] * centre[each], 0.0)
        for each in range(cell_start.shape[0] - 1):
            expected, varied = 0.0, 0.0
            for cell in range(cell_start[each], cell_start[each + 1]):
                expected += cell_weight[cell] * (centre[cell_bin[cell]] + at_zero[row])
                varied += cell_factor[cell] * spread[cell_bin[cell]]
            mean[row, each], variance[row, each] = expected, varied


@kernel
def count_as_high(
    entry_start: np.ndarray,
    entry_gene: np.ndarray,
    entry_value: np.ndarray,
    at_zero: np.ndarray,
    member_start: np.ndarray,
    member_set: np.ndarray,
    member_weight: np.ndarray | None,
    lanes: tuple[int, ...],
    total_weight: np.ndarray,
    base: np.ndarray,
    n_draws: int,
    observed: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Count for each set and row how many of its `n_draws` drawn sets score as high as itself, up to rounding."""
    sums = np.zeros(total_weight.shape[0] + len(lanes))
    for row in range(entry_start.shape[0] - 1):
        for each in range(total_weight.shape[0]):
            sums[each] = base[each] + total_weight[each] * at_zero[row]
        for at in range(entry_start[row], entry_start[row + 1]):
            gained = entry_value[at] - at_zero[row]
            add_members(entry_gene[at], gained, member_start, member_set, member_weight, lanes, sums)
        for each in range(observed.shape[1]):
            bar = observed[row, each] - 1e-9 * (1.0 + abs(observed[row, each]))
            n = 0
            for draw in range(n_draws):
                n += sums[each * n_draws + draw] >= bar
            counts[row, each] = n
