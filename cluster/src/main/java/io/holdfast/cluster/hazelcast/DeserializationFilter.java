package io.holdfast.cluster.hazelcast;

import com.hazelcast.config.JavaSerializationFilterConfig;
import java.util.List;

/**
 * Which classes Hazelcast may make from serialized Java objects of whoever speaks its protocol: the
 * exceptions that it sends itself, and what they consist of. Everything else that members exchange
 * is in Hazelcast's own formats.
 *
 * <p>An exception that is missing here costs an answer: its future is completed by a timeout.
 */
final class DeserializationFilter {
  private static final String[] EXCEPTION_PACKAGES = {
    "com.hazelcast.core", "com.hazelcast.spi.exception", "com.hazelcast.nio.serialization",
  };

  private static final List<Class<?>> CLASSES =
      List.of(
          Throwable.class,
          Exception.class,
          RuntimeException.class,
          Error.class,
          StackTraceElement.class,
          StackTraceElement[].class,
          ArithmeticException.class,
          ArrayIndexOutOfBoundsException.class,
          ClassCastException.class,
          ClassNotFoundException.class,
          ReflectiveOperationException.class,
          IllegalArgumentException.class,
          IllegalStateException.class,
          IndexOutOfBoundsException.class,
          NullPointerException.class,
          SecurityException.class,
          UnsupportedOperationException.class,
          java.io.EOFException.class,
          java.io.IOException.class,
          java.util.ArrayList.class,
          java.util.concurrent.CancellationException.class,
          java.util.concurrent.CompletionException.class,
          java.util.concurrent.ExecutionException.class,
          java.util.concurrent.RejectedExecutionException.class,
          java.util.concurrent.TimeoutException.class);

  /** The lists of suppressed exceptions. */
  private static final String[] HIDDEN_CLASSES = {
    "java.util.Collections$EmptyList",
    "java.util.Collections$UnmodifiableList",
    "java.util.Collections$UnmodifiableCollection",
  };

  private DeserializationFilter() {}

  static JavaSerializationFilterConfig strict() {
    JavaSerializationFilterConfig filter =
        new JavaSerializationFilterConfig().setDefaultsDisabled(true);
    filter
        .getWhitelist()
        .addPackages(EXCEPTION_PACKAGES)
        .addClasses(CLASSES.stream().map(Class::getName).toArray(String[]::new))
        .addClasses(HIDDEN_CLASSES);
    return filter;
  }

  /** For formats that we never use. */
  static JavaSerializationFilterConfig nothing() {
    JavaSerializationFilterConfig filter =
        new JavaSerializationFilterConfig().setDefaultsDisabled(true);
    // An empty list would be no list.
    filter.getWhitelist().addClasses("none");
    return filter;
  }
}
