package io.holdfast.proto;

import io.holdfast.proto.metrics.MetricFamily;
import io.holdfast.proto.metrics.MetricType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parser of the text exposition format 0.0.4.
 *
 * <h2>What is valid</h2>
 *
 * The parser accepts exactly the bodies that the parser of prometheus/common accepts, in its
 * corners too, with its error messages: jobs and scripts depend on both. Three cases differ,
 * because upstream panics or reads leftovers of an earlier line. A line in braces without a metric
 * name is always an error. Labels before a quoted name are read as if they stood behind the name. A
 * HELP text that is not UTF-8 is repaired, since no scraper would accept it.
 *
 * <h2>How it reads</h2>
 *
 * One pass over the bytes, each line by itself, by recursive descent over {@link TextCursor}'s
 * tokens. The only state between lines is {@link FamilyDrafts}, and the labels of earlier lines,
 * which serve again where a line repeats them ({@link SampleLabels}). The time taken is linear in
 * the body, up to sorting the labels of a line.
 */
public final class TextParser {
  private static final String NAME_LABEL = "__name__";

  private final TextCursor cursor;
  private final NameRule rule;
  private final HeapMeter meter;
  private final FamilyDrafts families;

  // The sample line being read.
  private final SampleLabels labels;
  private @Nullable FamilyDraft family;
  private double bound;

  private TextParser(byte[] body, NameRule rule, HeapMeter meter) {
    cursor = new TextCursor(body);
    this.rule = rule;
    this.meter = meter;
    families = new FamilyDrafts(meter);
    labels = new SampleLabels(meter);
  }

  /**
   * Returns the families in order of first appearance, with distinct names, each with a type and at
   * least one metric. Help and timestamps are set only if the body has them. Duplicate metrics
   * stay.
   *
   * @param meter asked for the heap of the objects
   * @throws TooHeavyException if the meter does not grant it
   * @throws ParseException if the body is not valid; nothing else is thrown for any bytes
   */
  public static List<MetricFamily> parse(byte[] body, NameRule rule, HeapMeter meter)
      throws ParseException {
    Objects.requireNonNull(rule, "rule");
    TextParser parser = new TextParser(Objects.requireNonNull(body, "body"), rule, meter);
    while (parser.cursor.startLine()) {
      parser.readLine();
    }
    meter.settle();
    return parser.families.build();
  }

  /** Returns the families of a body that may take any heap. */
  public static List<MetricFamily> parse(byte[] body, NameRule rule) throws ParseException {
    return parse(body, rule, HeapMeter.unlimited());
  }

  /** Reads to the end of the line and goes on to the next. */
  private void readLine() throws ParseException {
    switch (cursor.current()) {
      case '\n' -> {}
      case '#' -> readComment();
      default -> readSample();
    }
    cursor.advance();
  }

  private void readComment() throws ParseException {
    cursor.advance();
    cursor.skipBlanks();
    cursor.readWord();
    boolean isHelp = cursor.isToken("HELP");
    if (!isHelp && !cursor.isToken("TYPE")) {
      cursor.skipToLineFeed();
      return;
    }
    if (cursor.skipBlanks() == '\n') {
      return;
    }
    cursor.readName(true);
    if (cursor.current() == '\n') {
      return;
    }
    if (cursor.current() != ' ' && cursor.current() != '\t') {
      throw cursor.error("invalid metric name in comment");
    }
    FamilyDraft described = families.select(metricName());
    if (cursor.skipBlanks() == '\n') {
      return;
    }
    if (isHelp) {
      readHelp(described);
    } else {
      readType(described);
    }
  }

  private void readHelp(FamilyDraft described) throws ParseException {
    if (described.hasHelp()) {
      throw cursor.error("second HELP line for metric name " + GoQuote.quote(described.name()));
    }
    cursor.readHelp();
    meter.help(cursor.tokenBytes());
    described.setHelp(cursor.tokenText());
  }

  private void readType(FamilyDraft described) throws ParseException {
    if (described.hasType()) {
      throw cursor.error(
          "second TYPE line for metric name "
              + GoQuote.quote(described.name())
              + ", or TYPE reported after samples");
    }
    cursor.readRestOfLine();
    MetricType type = TypeWord.parse(cursor.tokenText());
    if (type == null) {
      throw cursor.tokenError("unknown metric type " + cursor.quotedToken());
    }
    described.setType(type);
  }

  private void readSample() throws ParseException {
    labels.clear();
    family = null;
    bound = Double.NaN;
    if (cursor.current() != '{') {
      cursor.readName(true);
      if (cursor.isTokenEmpty()) {
        throw cursor.error("invalid metric name");
      }
      select(metricName());
      cursor.skipBlanks();
    }
    if (cursor.current() == '{') {
      readLabels(family == null);
    }
    if (family == null) {
      throw cursor.error("invalid metric name");
    }
    readValue(family);
  }

  /** Reads from the opening brace to the first byte of the value. */
  private void readLabels(boolean mayHoldName) throws ParseException {
    cursor.advance();
    while (cursor.skipBlanks() != '}') {
      cursor.readName(false);
      if (cursor.isTokenEmpty()) {
        throw cursor.error("invalid label name for metric " + quotedFamily());
      }
      boolean isLabel = cursor.current() == '=' || cursor.skipBlanks() == '=';
      if (isLabel) {
        readLabel();
      } else if (mayHoldName) {
        readNameInBraces();
      } else {
        throw cursor.error(
            "expected '=' after label name, found " + GoQuote.quoteCharacter(cursor.current()));
      }
      if (cursor.current() == ',') {
        cursor.advance();
      }
    }
    if (family == null) {
      throw cursor.error("invalid metric name");
    }
    cursor.advance();
    cursor.skipBlanks();
  }

  /** Sets the metric name from the token. The byte behind the name was checked already. */
  private void readNameInBraces() throws ParseException {
    if (family != null) {
      throw cursor.error("multiple metric names for metric " + quotedFamily());
    }
    byte next = cursor.current();
    if (next != ',' && next != '}') {
      throw cursor.error("unexpected end of metric name " + GoQuote.quoteCharacter(next));
    }
    FamilyDraft named = select(metricName());
    String boundLabel = named.boundLabel();
    String value = boundLabel == null ? null : labels.remove(boundLabel);
    if (boundLabel != null && value != null) {
      bound = readBound(boundLabel, value);
    }
  }

  /**
   * Reads a label. The token is its name and the current byte is the equals sign. Ends at a comma
   * or the closing brace.
   */
  private void readLabel() throws ParseException {
    String boundLabel = family == null ? null : family.boundLabel();
    if (boundLabel != null && cursor.isToken(boundLabel)) {
      readLabelValue();
      bound = readBound(boundLabel, cursor.tokenText());
      endLabel();
      return;
    }
    String name = labels.recentName(cursor);
    if (name == null) {
      name = labelName();
    }
    if (labels.contains(name)) {
      throw cursor.tokenError("duplicate label names for metric " + quotedFamily());
    }
    readLabelValue();
    labels.add(name, cursor);
    endLabel();
  }

  private String labelName() throws ParseException {
    String name = cursor.tokenText();
    if (name.equals(NAME_LABEL)) {
      throw cursor.tokenError("label name " + GoQuote.quote(NAME_LABEL) + " is reserved");
    }
    if (cursor.isTokenQuoted() && !(cursor.isTokenWellFormed() && rule.isLabelName(name))) {
      throw cursor.tokenError("invalid label name " + cursor.quotedToken());
    }
    return name;
  }

  private void readLabelValue() throws ParseException {
    cursor.advance();
    byte next = cursor.skipBlanks();
    if (next != '"') {
      throw cursor.error(
          "expected '\"' at start of label value, found " + GoQuote.quoteCharacter(next));
    }
    cursor.advance();
    cursor.readLabelValue();
    if (!cursor.isTokenWellFormed()) {
      throw cursor.tokenError("invalid label value " + cursor.quotedToken());
    }
  }

  private void endLabel() throws ParseException {
    byte next = cursor.skipBlanks();
    if (next != ',' && next != '}') {
      throw cursor.error("unexpected end of label value " + cursor.quotedToken());
    }
  }

  private double readBound(String label, String value) throws ParseException {
    try {
      return FloatReader.readFloat(value);
    } catch (NumberFormatException e) {
      throw cursor.error(
          "expected float as value for '" + label + "' label, got " + GoQuote.quote(value));
    }
  }

  private void readValue(FamilyDraft measured) throws ParseException {
    cursor.readWord();
    double value;
    try {
      value = cursor.tokenFloat();
    } catch (NumberFormatException e) {
      throw cursor.tokenError("expected float as value, got " + cursor.quotedToken());
    }
    if (measured.boundLabel() == null) {
      measured.addMetric(labels, value, readTimestamp());
      return;
    }
    SeriesDraft series = measured.series(labels);
    SampleRole role = families.role();
    if (role == SampleRole.VALUE) {
      measured.meterBound(labels);
    }
    if (!series.add(role, bound, value)) {
      throw cursor.tokenError(
          (role == SampleRole.COUNT ? "negative count" : "negative bucket population")
              + " for histogram "
              + GoQuote.quote(measured.name()));
    }
    Long timestamp = readTimestamp();
    if (timestamp != null) {
      series.setTimestamp(timestamp);
    }
  }

  /** Reads to the end of the line. */
  private @Nullable Long readTimestamp() throws ParseException {
    if (cursor.current() == '\n') {
      return null;
    }
    cursor.skipBlanks();
    cursor.readWord();
    long timestamp;
    try {
      timestamp = cursor.tokenInteger();
    } catch (NumberFormatException e) {
      throw cursor.tokenError("expected integer as timestamp, got " + cursor.quotedToken());
    }
    cursor.readRestOfLine();
    if (!cursor.isTokenEmpty()) {
      throw cursor.tokenError("spurious string after timestamp: " + cursor.quotedToken());
    }
    return timestamp;
  }

  private FamilyDraft select(String name) throws TooHeavyException {
    FamilyDraft selected = families.select(name);
    if (!selected.hasType()) {
      selected.setType(MetricType.UNTYPED);
    }
    family = selected;
    return selected;
  }

  private String metricName() throws ParseException {
    String recent = families.recentName(cursor);
    if (recent != null) {
      return recent;
    }
    String name = cursor.tokenText();
    // The cursor finds only valid names without quotes.
    if (cursor.isTokenQuoted() && !(cursor.isTokenWellFormed() && rule.isMetricName(name))) {
      throw cursor.tokenError("invalid metric name " + cursor.quotedToken());
    }
    return name;
  }

  private String quotedFamily() {
    return GoQuote.quote(family == null ? "" : family.name());
  }
}
