package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.time.Duration;

/** The bounds of each traffic class: time, memory, threads. */
final class TrafficClasses {
  /** No request or answer is larger; a change or chunk has a mebibyte at most. */
  static final int MAX_MESSAGE_BYTES = 4 << 20;

  private TrafficClasses() {}

  /** The named executor of Hazelcast that serves it. */
  static String executor(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> "holdfast-data";
      case CONTROL -> "holdfast-control";
    };
  }

  /** After this, whoever waits for an answer gives up. */
  static Duration deadline(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> Duration.ofSeconds(5);
      case CONTROL -> Duration.ofSeconds(2);
    };
  }

  /**
   * Threads that wait for answers of this process. A change waits for a disk that many peers write
   * to at once; a question is answered at once.
   */
  static int threads(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 8;
      case CONTROL -> 4;
    };
  }

  /** Requests that wait for such a thread; more are refused. */
  static int queue(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 64;
      case CONTROL -> 512;
    };
  }

  /** Requests to one peer that Hazelcast holds; more fail at once. */
  static int maxInFlight(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 16;
      case CONTROL -> 128;
    };
  }

  /** Bytes of requests to one peer that Hazelcast holds; more fail at once. */
  static long maxInFlightBytes(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 16L << 20;
      case CONTROL -> MAX_MESSAGE_BYTES;
    };
  }
}
