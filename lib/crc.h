/* CRC-32C (Castagnoli, RFC 3720 B.4); crc is 0 or an earlier result. */
#ifndef LIB_CRC_H
#define LIB_CRC_H

#include <stddef.h>
#include <stdint.h>

/* By the processor's own instruction where it has one. */
uint32_t crc_32c(uint32_t crc, const void *bytes, size_t n);

/* By a table, on any processor: some ten times slower. */
uint32_t crc_32c_table(uint32_t crc, const void *bytes, size_t n);

#endif
