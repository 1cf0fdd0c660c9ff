package io.holdfast.cluster.hazelcast;

import com.hazelcast.config.JavaSerializationFilterConfig;
import java.util.List;

/**
 * The classes that Hazelcast is allowed to create from serialized Java objects. Any process that
 * speaks Hazelcast's protocol can send such objects. The classes are the exceptions that Hazelcast
 * sends itself, and their parts. Members exchange all other content in Hazelcast's own formats.
 *
 * <p>An exception that is missing here costs an answer, because a timeout completes its future.
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

  /** The classes of the lists of suppressed exceptions. */
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

  /** Returns a filter for formats that Holdfast never uses. */
  static JavaSerializationFilterConfig nothing() {
    JavaSerializationFilterConfig filter =
        new JavaSerializationFilterConfig().setDefaultsDisabled(true);
    // Hazelcast treats an empty list as no list.
    filter.getWhitelist().addClasses("none");
    return filter;
  }
}
