#include "servers/census.h"
#include "tests/unit/check.h"

enum { ONE = 7, OTHER = 8, OF_ONE_ROW = ONE + CENSUS_HOSTS };

static void a_crowd_is_more_than_few_where_others_are(void)
{
    struct census census = {0};

    for (int i = 0; i < CENSUS_FEW; i++)
        census_join(&census, ONE);
    census_join(&census, OTHER);
    CHECK(census_is_mixed(&census));
    CHECK(!census_is_crowd(&census, ONE));
    census_join(&census, OF_ONE_ROW);
    CHECK(census_is_crowd(&census, ONE));
    CHECK(census_is_crowd(&census, OF_ONE_ROW));
    CHECK(!census_is_crowd(&census, OTHER));
    census_leave(&census, ONE);
    CHECK(!census_is_crowd(&census, ONE));
}

static void alone_nobody_is_a_crowd(void)
{
    struct census census = {0};

    for (int i = 0; i < 1000; i++)
        census_join(&census, ONE);
    CHECK(!census_is_mixed(&census));
    CHECK(!census_is_crowd(&census, ONE));
    census_join(&census, OTHER);
    census_join(&census, OTHER);
    census_leave(&census, OTHER);
    CHECK(census_is_crowd(&census, ONE));
    census_leave(&census, OTHER);
    CHECK(!census_is_crowd(&census, ONE));
    CHECK(!census_is_mixed(&census));
}

int main(void)
{
    a_crowd_is_more_than_few_where_others_are();
    alone_nobody_is_a_crowd();
    return check_done();
}
