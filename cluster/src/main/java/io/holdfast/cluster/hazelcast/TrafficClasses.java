package io.holdfast.cluster.hazelcast;

import io.holdfast.cluster.transport.Transport.TrafficClass;
import java.time.Duration;

/** The bounds of each traffic class: time, memory, threads. */
final class TrafficClasses {
  /**
   * The limit of a request or an answer. A change or a part of a state transfer has a mebibyte at
   * most, and a delete of many groups 3.5 MiB and its list of nodes.
   */
  static final int MAX_MESSAGE_BYTES = 4 << 20;

  private TrafficClasses() {}

  /** Returns the name of the Hazelcast executor for the class. */
  static String executor(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> "holdfast-data";
      case CONTROL -> "holdfast-control";
    };
  }

  /** Returns the time after which a sender no longer waits for an answer. */
  static Duration deadline(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> Duration.ofSeconds(5);
      case CONTROL -> Duration.ofSeconds(2);
    };
  }

  /**
   * Returns the number of threads that wait for answers of this process. A change waits for a disk,
   * to which many peers write at once. A question is answered at once.
   */
  static int threads(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 8;
      case CONTROL -> 4;
    };
  }

  /** Returns the number of requests that wait for such a thread. More requests are refused. */
  static int queue(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 64;
      case CONTROL -> 512;
    };
  }

  /**
   * Returns the number of requests to one peer that Hazelcast holds. More requests fail at once.
   */
  static int maxInFlight(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 16;
      case CONTROL -> 128;
    };
  }

  /**
   * Returns the number of request bytes to one peer that Hazelcast holds. Requests beyond fail at
   * once.
   */
  static long maxInFlightBytes(TrafficClass trafficClass) {
    return switch (trafficClass) {
      case DATA -> 16L << 20;
      case CONTROL -> MAX_MESSAGE_BYTES;
    };
  }
}
