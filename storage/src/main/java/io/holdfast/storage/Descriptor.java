package io.holdfast.storage;

import io.holdfast.proto.metrics.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * What a family is, whoever has it. Groups that push the same family share one object.
 *
 * @param name as a scrape shows it: families that it would show under one name are one family. The
 *     name that was pushed is in the message
 * @param help absent if the push had none, which is not the same as empty
 */
record Descriptor(String name, MetricType type, @Nullable String help) {}
