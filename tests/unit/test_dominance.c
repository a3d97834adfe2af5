#include "harness/dominance.h"
#include "tests/unit/check.h"

static double a12(const int64_t *a, size_t na, const int64_t *b, size_t nb)
{
    return dominance_a12(&(struct dominance_group){a, na},
                         &(struct dominance_group){b, nb});
}

/* Every pair, one by one. */
static void test_worked(void)
{
    int64_t a[] = {1, 2, 2, 5}, b[] = {2, 3};

    /* b = 2: 1 + 2/2, b = 3: 3; of 8 pairs */
    CHECK_NEAR(a12(a, 4, b, 2), 5.0 / 8, 1e-12);
    CHECK_NEAR(a12(b, 2, a, 4), 3.0 / 8, 1e-12);
}

static void test_ends(void)
{
    int64_t low[] = {1, 2, 3}, high[] = {4, 5}, same[] = {7, 7, 7};

    CHECK_NEAR(a12(low, 3, high, 2), 1, 0);
    CHECK_NEAR(a12(high, 2, low, 3), 0, 0);
    CHECK_NEAR(a12(same, 3, same, 2), 0.5, 0);
}

int main(void)
{
    test_worked();
    test_ends();
    return check_done();
}
