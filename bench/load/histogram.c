#include "histogram.h"

double histogram_us(const histogram *h, double quantile) {
  uint64_t before = 0, wanted = (uint64_t)(quantile * (double)h->count);
  for (int i = 0; i < BUCKETS_PER_OCTAVE * OCTAVES; i++) {
    before += h->buckets[i];
    if (before <= wanted) continue;
    if (i < BUCKETS_PER_OCTAVE) return i / 1e3;
    uint64_t width = 1ull << (i / BUCKETS_PER_OCTAVE - 1);
    uint64_t low = (uint64_t)(BUCKETS_PER_OCTAVE + i % BUCKETS_PER_OCTAVE) * width;
    return ((double)low + (double)width / 2) / 1e3;
  }
  return (double)h->max / 1e3;
}
