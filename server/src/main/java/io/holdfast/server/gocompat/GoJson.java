package io.holdfast.server.gocompat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.holdfast.proto.GoNumbers;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON byte for byte as Go writes it, because clients compare the answers of the Pushgateway's API.
 */
public final class GoJson {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .characterEscapes(new Escapes())
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  /** RFC 3339 with as many digits of the second as needed. */
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendOffset("+HH:MM", "Z")
          .toFormatter();

  private GoJson() {}

  public static JsonGenerator generator(OutputStream out) throws IOException {
    return JSON.createGenerator(out);
  }

  /** Writes a map in its own order. Go's maps are written in the order of their keys. */
  public static void write(JsonGenerator json, Map<String, String> map) throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, String> entry : map.entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  /** Returns a time in the zone of this process. */
  public static String time(Instant instant) {
    return time(instant, ZoneId.systemDefault());
  }

  public static String time(Instant instant, ZoneId zone) {
    return TIME.format(instant.atZone(zone));
  }

  /** Returns a number. JSON, unlike the text format, keeps a negative zero. */
  public static String number(double value) {
    boolean isNegativeZero = value == 0 && Double.doubleToRawLongBits(value) != 0;
    return isNegativeZero ? "-0" : GoNumbers.format(value);
  }

  /** The escapes that JSON needs, and those of HTML markup and of two line ends. */
  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final String SHORT = "\b\f\n\r\t";

    private final int[] ascii = standardAsciiEscapesForJSON();

    Escapes() {
      for (char c = 0; c < ' '; c++) {
        // Jackson would write the hexadecimal digits in upper case.
        if (SHORT.indexOf(c) < 0) {
          ascii[c] = ESCAPE_CUSTOM;
        }
      }
      for (char c : new char[] {'<', '>', '&'}) {
        ascii[c] = ESCAPE_CUSTOM;
      }
    }

    @Override
    @SuppressWarnings("ReturnsArrayField") // Jackson asks for every generator, and only reads.
    public int[] getEscapeCodesForAscii() {
      return ascii;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      boolean isEscaped = c < 128 ? ascii[c] == ESCAPE_CUSTOM : c == 0x2028 || c == 0x2029;
      return isEscaped ? new SerializedString(String.format("\\u%04x", c)) : null;
    }
  }
}
