package io.holdfast.server.config;

import java.util.List;

/** The flags that limit clients; {@link Limit} has the answers to requests beyond a limit. */
final class LimitFlags {
  /** The first constant. The other constants add themselves to it. */
  private static final Declarations DECLARED = new Declarations();

  static final Flag MAX_CONNECTIONS =
      number(
          "web.max-connections",
          "0",
          "Connections at once; beyond the limit the idlest are closed. 0: as many as the"
              + " heap and the open files of the process allow.",
          "`0` is what 1/4 of the heap and half of the open files allow, 16384 at most."
              + " Beyond: the connections longest without a request are closed; 503 if all are in"
              + " the middle of a request.");

  static final Flag IDLE_TIMEOUT =
      duration(
          "web.idle-timeout",
          "10m",
          "How long a connection may be open without a request.",
          "Beyond: closed.");

  static final Flag READ_HEADER_TIMEOUT =
      duration(
          "web.read-header-timeout",
          "30s",
          "How long a request may take to arrive up to its body.",
          "From the first byte. Beyond: 408.");

  static final Flag READ_TIMEOUT =
      duration(
          "web.read-timeout",
          "5m",
          "How long a request's body may take to arrive.",
          "Beyond: 408.");

  static final Flag MAX_HEADER_SIZE =
      size(
          "web.max-header-size",
          "64KiB",
          "Size of a request up to its body: request line and headers.",
          "Beyond: 431, 414.");

  static final Flag MAX_HEADER_FIELDS =
      number(
          "web.max-header-fields",
          "200",
          "Header fields of a request. 0: any number.",
          "Beyond: 431.");

  static final Flag MAX_BODY_SIZE =
      size(
          "push.max-body-size",
          "0",
          "Size of a push on the wire. 0: 1/64 of the heap, from 1MiB to 256MiB.",
          "Beyond: 413.");

  static final Flag MAX_INFLATED_SIZE =
      size(
          "push.max-inflated-size",
          "0",
          "Size of a push when decompressed. 0: as for --push.max-body-size.",
          "A scrape may show twice as much of the push. Beyond: 413.");

  static final Flag MAX_BYTES_IN_FLIGHT =
      size(
          "push.max-bytes-in-flight",
          "0",
          "Size of all pushes under way together, each with its size when decompressed. 0:"
              + " 1/64 of the heap, and no less than one push may have.",
          "Beyond: 503, for the pushes that arrive the slowest. A push that takes more than"
              + " 15 bytes of heap for each of its bytes counts as more bytes. A push that counts"
              + " as more than all may have is 413.");

  static final Flag MAX_SERIES =
      number("push.max-series", "1000000", "Series in a push. 0: any number.", "Beyond: 413.");

  static final Flag MAX_GROUP_SERIES =
      number(
          "push.max-group-series", "1000000", "Series in a group. 0: any number.", "Beyond: 413.");

  static final Flag MAX_GROUPS =
      number(
          "push.max-groups",
          "1000000",
          "Groups. 0: any number.",
          "Beyond: 429. Deletes, and pushes to existing groups, go on.");

  static final Flag MAX_LABELS =
      number(
          "push.max-labels",
          "128",
          "Labels of a series, with those of its group. 0: any number.",
          "Beyond: 413.");

  static final Flag MAX_NAME_LENGTH =
      number(
          "push.max-name-length",
          "1024",
          "Length of metric and label names in characters. 0: any length.",
          "Beyond: 413.");

  static final Flag MAX_LABEL_VALUE_LENGTH =
      number(
          "push.max-label-value-length",
          "65536",
          "Length of label values in characters. 0: any length.",
          "Beyond: 413.");

  static final Flag MAX_HELP_LENGTH =
      number(
          "push.max-help-length",
          "65536",
          "Length of a HELP text in characters. 0: any length.",
          "Beyond: 413.");

  static final Flag MAX_GROUPING_KEY_SIZE =
      size(
          "push.max-grouping-key-size",
          "4KiB",
          "Size of all grouping labels of a group together. 0: any size.",
          "Beyond: 414.");

  static final Flag WRITE_TIMEOUT =
      duration(
          "web.write-timeout",
          "1m",
          "How long a client may take no byte of its answer.",
          "Beyond: closed.");

  static final Flag MAX_UNREAD_BYTES =
      size(
          "web.max-unread-bytes",
          "0",
          "Bytes that are held for clients that do not read their answers; beyond the limit"
              + " the slowest are closed. 0: 1/16 of the heap.",
          "Replaced groups that slow scrapes keep may take twice that.");

  static final Flag MAX_MEMORY =
      size(
          "storage.max-memory",
          "0",
          "Heap that all groups may take, with what is kept for scrapes. 0: half of the heap.",
          "Beyond: 503. A store that takes half as much again is not opened; the refusal says"
              + " how much heap the store needs.");

  static final List<Flag> ALL = DECLARED.all();

  private LimitFlags() {}

  private static Flag number(String name, String byDefault, String description, String details) {
    return DECLARED.add(Flag.value(name, "<number>", byDefault, description).with(details));
  }

  private static Flag size(String name, String byDefault, String description, String details) {
    return DECLARED.add(Flag.value(name, "<size>", byDefault, description).with(details));
  }

  private static Flag duration(String name, String byDefault, String description, String details) {
    return DECLARED.add(Flag.value(name, "<duration>", byDefault, description).with(details));
  }
}
