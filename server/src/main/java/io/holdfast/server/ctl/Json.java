package io.holdfast.server.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists and plain values, for answers of bounded size and for parts of long ones. */
final class Json {
  private static final JsonFactory FACTORY =
      new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  private Json() {}

  static JsonParser parser(InputStream in) throws IOException {
    return FACTORY.createParser(in);
  }

  /** Returns a generator with one value a line. Its end leaves the stream open. */
  static JsonGenerator generator(OutputStream out) throws IOException {
    return FACTORY.createGenerator(out).setPrettyPrinter(new DefaultPrettyPrinter());
  }

  /** Prints an object, with a line feed behind it. */
  static void print(OutputStream out, Map<String, ?> object) throws IOException {
    try (JsonGenerator json = generator(out)) {
      write(json, object);
    }
    out.write('\n');
  }

  /** Reads a text with one object. */
  static Map<String, Object> object(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      return asObject(read(parser)).orElseThrow(() -> new IOException("the JSON is no object"));
    }
  }

  /** Reads the value at whose first token the parser is. */
  static @Nullable Object read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> object = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        Object value = read(parser);
        if (value != null) {
          object.put(name, value);
        }
      }
      return object;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == null) {
          throw new IOException("the JSON ends within a list");
        }
        Object value = read(parser);
        if (value != null) {
          list.add(value);
        }
      }
      return list;
    }
    if (token == null) {
      throw new IOException("the JSON ends too early");
    }
    return switch (token) {
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> object) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : object.entrySet()) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object each : list) {
        write(json, each);
      }
      json.writeEndArray();
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof Integer || value instanceof Long) {
      json.writeNumber(((Number) value).longValue());
    } else if (value instanceof Number number) {
      json.writeNumber(number.doubleValue());
    } else {
      json.writeString(String.valueOf(value));
    }
  }

  static Optional<Map<String, Object>> asObject(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    Map<String, Object> object = new LinkedHashMap<>();
    map.forEach((name, each) -> object.put(String.valueOf(name), each));
    return Optional.of(object);
  }

  static Optional<Map<String, Object>> object(Map<String, Object> of, String field) {
    return asObject(of.get(field));
  }

  /** Returns the objects of a list; empty if the field is no list. */
  static List<Map<String, Object>> objects(Map<String, Object> of, String field) {
    List<Map<String, Object>> objects = new ArrayList<>();
    if (of.get(field) instanceof List<?> list) {
      list.forEach(each -> asObject(each).ifPresent(objects::add));
    }
    return objects;
  }

  static Optional<String> text(Map<String, Object> of, String field) {
    return of.get(field) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  static long number(Map<String, Object> of, String field) {
    return of.get(field) instanceof Number number ? number.longValue() : 0;
  }

  static Optional<Double> decimal(Map<String, Object> of, String field) {
    return of.get(field) instanceof Number number
        ? Optional.of(number.doubleValue())
        : Optional.empty();
  }

  static boolean isTrue(Map<String, Object> of, String field) {
    return Boolean.TRUE.equals(of.get(field));
  }
}
