package io.holdfast.storage.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RocksMemoryTest {
  @ParameterizedTest
  @CsvSource({"16, 2", "25, 2", "64, 4", "128, 8", "4096, 8"})
  void buffers_followTheHeap(long heapMebibytes, long expectedMebibytes) {
    assertEquals(expectedMebibytes << 20, RocksDatabase.bufferBytes(heapMebibytes << 20));
  }
}
