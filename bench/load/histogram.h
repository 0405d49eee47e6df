// A log-linear histogram of nanoseconds: 64 buckets an octave, so a quantile is right within 1.6 %.
#pragma once
#include <stdint.h>

enum { BUCKETS_PER_OCTAVE = 64, OCTAVES = 48 };

typedef struct {
  uint64_t count, max;
  uint64_t buckets[BUCKETS_PER_OCTAVE * OCTAVES];
} histogram;

static inline void histogram_add(histogram *h, uint64_t ns) {
  int octave = ns < BUCKETS_PER_OCTAVE ? 0 : 58 - __builtin_clzll(ns);
  int bucket = (octave << 6) + (int)(octave ? (ns >> (octave - 1)) & 63 : ns);
  if (bucket >= BUCKETS_PER_OCTAVE * OCTAVES) bucket = BUCKETS_PER_OCTAVE * OCTAVES - 1;
  h->buckets[bucket]++;
  h->count++;
  if (ns > h->max) h->max = ns;
}

// The quantile in microseconds; 0 where nothing was added.
double histogram_us(const histogram *, double quantile);
