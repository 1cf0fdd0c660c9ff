package io.holdfast.server.config;

import io.holdfast.server.config.Flag.Kind;
import java.util.List;

/** The flags that say how much clients may ask for. */
final class LimitFlags {
  static final String MAX_CONNECTIONS = "web.max-connections";
  static final String IDLE_TIMEOUT = "web.idle-timeout";
  static final String READ_HEADER_TIMEOUT = "web.read-header-timeout";
  static final String READ_TIMEOUT = "web.read-timeout";
  static final String MAX_HEADER_SIZE = "web.max-header-size";
  static final String MAX_HEADER_FIELDS = "web.max-header-fields";
  static final String MAX_BODY_SIZE = "push.max-body-size";
  static final String MAX_INFLATED_SIZE = "push.max-inflated-size";
  static final String MAX_BYTES_IN_FLIGHT = "push.max-bytes-in-flight";
  static final String MAX_SERIES = "push.max-series";
  static final String MAX_GROUP_SERIES = "push.max-group-series";
  static final String MAX_GROUPS = "push.max-groups";
  static final String MAX_LABELS = "push.max-labels";
  static final String MAX_NAME_LENGTH = "push.max-name-length";
  static final String MAX_LABEL_VALUE_LENGTH = "push.max-label-value-length";
  static final String MAX_HELP_LENGTH = "push.max-help-length";
  static final String MAX_GROUPING_KEY_SIZE = "push.max-grouping-key-size";
  static final String WRITE_TIMEOUT = "web.write-timeout";
  static final String MAX_UNREAD_BYTES = "web.max-unread-bytes";
  static final String MAX_MEMORY = "storage.max-memory";

  static final List<Flag> ALL =
      List.of(
          value(
              MAX_CONNECTIONS,
              "<number>",
              "0",
              "Connections at once; beyond it the idlest are closed. 0: as many as the heap and the"
                  + " open files of the process allow."),
          value(
              IDLE_TIMEOUT,
              "<duration>",
              "10m",
              "How long a connection may be open without a request."),
          value(
              READ_HEADER_TIMEOUT,
              "<duration>",
              "30s",
              "How long a request may take to arrive up to its body."),
          value(READ_TIMEOUT, "<duration>", "5m", "How long a request's body may take to arrive."),
          value(
              MAX_HEADER_SIZE,
              "<size>",
              "64KiB",
              "Size of a request up to its body: request line and headers."),
          value(MAX_HEADER_FIELDS, "<number>", "200", "Header fields of a request. 0: any number."),
          value(
              MAX_BODY_SIZE,
              "<size>",
              "0",
              "Size of a push as it comes. 0: 1/64 of the heap, from 1MiB to 256MiB."),
          value(
              MAX_INFLATED_SIZE,
              "<size>",
              "0",
              "Size of a push when decompressed; what a scrape shows of it may be twice that. 0: as"
                  + " for --push.max-body-size."),
          value(
              MAX_BYTES_IN_FLIGHT,
              "<size>",
              "0",
              "Size of all pushes under way together, each as large as it is or becomes when"
                  + " decompressed. 0: 1/64 of the heap, and no less than one may have."),
          value(MAX_SERIES, "<number>", "1000000", "Series in a push. 0: any number."),
          value(MAX_GROUP_SERIES, "<number>", "1000000", "Series in a group. 0: any number."),
          value(MAX_GROUPS, "<number>", "1000000", "Groups. 0: any number."),
          value(
              MAX_LABELS,
              "<number>",
              "128",
              "Labels of a series, those of its group with them. 0: any number."),
          value(
              MAX_NAME_LENGTH,
              "<number>",
              "1024",
              "Length of metric and label names in characters. 0: any length."),
          value(
              MAX_LABEL_VALUE_LENGTH,
              "<number>",
              "65536",
              "Length of label values in characters. 0: any length."),
          value(
              MAX_HELP_LENGTH,
              "<number>",
              "65536",
              "Length of a HELP in characters. 0: any length."),
          value(
              MAX_GROUPING_KEY_SIZE,
              "<size>",
              "4KiB",
              "Size of all grouping labels of a group together. 0: any size."),
          value(
              WRITE_TIMEOUT,
              "<duration>",
              "1m",
              "How long a client may take no byte of its answer."),
          value(
              MAX_UNREAD_BYTES,
              "<size>",
              "0",
              "Bytes that are held for clients that do not read their answers; beyond it the slowest"
                  + " are closed. 0: 1/16 of the heap."),
          value(
              MAX_MEMORY,
              "<size>",
              "0",
              "Heap that all groups may take, with what is kept for scrapes. 0: half of the heap."));

  private LimitFlags() {}

  private static Flag value(String name, String label, String byDefault, String description) {
    return new Flag(name, Kind.VALUE, label, byDefault, description);
  }
}
