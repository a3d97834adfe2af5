/*
 * Quantities as a report prints them: one unit, digits that the interval
 * supports, thin spaces.  Text is UTF-8; harness/latex.h makes TeX of it.
 */
#ifndef HARNESS_QUANTITY_H
#define HARNESS_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#define QUANTITY_SIZE 96
#define QUANTITY_MINUS "\xe2\x88\x92" /* U+2212, which is no hyphen */
#define QUANTITY_THIN "\xe2\x80\x89"  /* U+2009, the thin space */

/* A unit and how many base units it is. */
struct quantity_unit {
    double scale;     /* 1000 for a microsecond, when the base is a ns */
    const char *name; /* UTF-8 */
};

/* The SI unit in which |value| is at least 1 and below 1000. */
struct quantity_unit quantity_time(double ns);
struct quantity_unit quantity_rate(double bit_per_s);

/*
 * Decimals (0..6) that show two digits of an uncertainty in the unit; none
 * is finer than `resolution` of the base unit (0: any).  An uncertainty of 0
 * counts as the resolution.
 */
int quantity_decimals(double half_width, double resolution,
                      struct quantity_unit unit);

/* Decimals that show `digits` significant digits of a value. */
int quantity_significant(double value, int digits, struct quantity_unit unit);

/* "15.002 us" and "[14.999, 15.005] us", with U+2009 before the unit. */
const char *quantity_value(double value, int decimals,
                           struct quantity_unit unit, char *to);
const char *quantity_interval(const double bounds[2], int decimals,
                              struct quantity_unit unit, char *to);

/* A count in groups of three from 10 000 on. */
const char *quantity_count(int64_t count, char *to);

/* A pace as somebody chose it, with the decimals it needs: "2.5", "10 000". */
const char *quantity_pace(double per_s, char *to);

/* A share in percent, two significant digits: "0.00038 %". */
const char *quantity_percent(double share, char *to);

/* Three significant digits and the unit. */
const char *quantity_rough_time(double ns, char *to);

#endif
