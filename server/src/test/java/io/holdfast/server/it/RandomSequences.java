package io.holdfast.server.it;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/** Requests in a row, made from a seed: the same ones for the same seed. */
final class RandomSequences {
  private static final int MAX_STEPS = 6;
  private static final String[] METHODS = {
    "GET", "HEAD", "PATCH", "OPTIONS", "TRACE", "put", "DELETE", "PUT", "POST"
  };
  private static final String[] PATHS = {
    "/metrics",
    "/-/ready",
    "/-/healthy",
    "/metrics/job",
    "/metrics/",
    "/api/v1/admin/wipe",
    "/unknown",
    "/metrics/job/a/b",
    "/api/v1/unknown",
    "//metrics/job/a",
    "/metrics/job/a/../b"
  };
  private static final String[] TYPES = {
    "text/plain; version=0.0.4",
    "application/vnd.google.protobuf; encoding=delimited",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text",
    "APPLICATION/VND.google.protobuf;encoding=delimited;Proto=io.prometheus.client.MetricFamily",
    "application/openmetrics-text",
    "/"
  };
  private static final String[] GZIP_DICTIONARY = {"\u001f\u008b\u0008", "\0", "\u00ff", "\u0003"};

  private final RandomGenerator random;
  private final RandomTargets targets;
  private final RandomText texts;
  private final RandomProtobuf protobufs;
  private final Mutator gzipMutator;

  private RandomSequences(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    targets = new RandomTargets(random);
    texts = new RandomText(random);
    protobufs = new RandomProtobuf(random);
    gzipMutator = new Mutator(random, GZIP_DICTIONARY);
  }

  static List<Step> of(long seed) {
    return new RandomSequences(seed).steps();
  }

  private List<Step> steps() {
    List<String> groups = Stream.generate(targets::usual).limit(random.nextInt(1, 4)).toList();
    List<Step> steps = new ArrayList<>();
    int count = random.nextInt(1, MAX_STEPS + 1);
    for (int i = 0; i < count; i++) {
      String target =
          random.nextInt(5) == 0 ? targets.odd() : groups.get(random.nextInt(groups.size()));
      steps.add(step(target));
    }
    return steps;
  }

  private Step step(String target) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      String path = random.nextBoolean() ? target : PATHS[random.nextInt(PATHS.length)];
      return Step.request(METHODS[random.nextInt(METHODS.length)], path);
    }
    if (kind < 4) {
      return Step.delete(target);
    }
    Step push = Step.request(kind < 13 ? "PUT" : "POST", target);
    push = random.nextInt(3) == 0 ? protobuf(push) : push.withBody(texts.body());
    push = compressed(push);
    return random.nextInt(20) == 0 ? push.inChunks() : push;
  }

  private Step protobuf(Step push) {
    Step filled = push.withBody(protobufs.body());
    return random.nextInt(20) == 0
        ? filled.with("Content-Type: " + TYPES[random.nextInt(TYPES.length)])
        : filled.with(Step.DELIMITED);
  }

  private Step compressed(Step push) {
    byte[] body = push.body().toByteArray();
    return switch (random.nextInt(20)) {
      case 0 -> push.withBody(Step.gzip(body)).with("Content-Encoding: gzip");
      case 1 -> push.withBody(gzipMutator.mutate(Step.gzip(body))).with("Content-Encoding: gzip");
      case 2 -> push.with("Content-Encoding: identity");
      case 3 -> push.withBody(RouteSequences.snappyFramed(body)).with("Content-Encoding: snappy");
      default -> push;
    };
  }
}
