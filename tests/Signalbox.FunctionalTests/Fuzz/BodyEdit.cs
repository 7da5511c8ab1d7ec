using System.Text;
using System.Text.Json;

namespace Signalbox.FunctionalTests.Fuzz;

internal enum EditKind
{
    ReplaceValue,
    CopyValue,
    RemoveValue,
    DuplicateValue,
    NestValue,
    RenameKey,
    Truncate,
    FlipBits,
    InsertBytes,
}

/// <summary>One change of a body; the numbers are taken modulo what is there, so that any edit fits any body.</summary>
internal sealed record BodyEdit(EditKind Kind, int Place, int Choice)
{
    private static readonly int[] Depths = [1, 5, 60, 126, 200, 10_000];

    private static readonly string[] Bytes = ["\0", "\"", "{", "}", "[", ",", ":", "\\", "\\u", "\u2028", "\uFEFF", "/**/", "1e", "-", "\r\n"];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "-1", "0.5", "1e308", "1e400", "-1e400", "1e-400", "2147483648", "-2147483649", "9223372036854775808", "99999999999999999999999999", "NaN", "Infinity", "-Infinity",
        "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"x\"", "\"\\n\"", "\"é\"", "{}", "[]", "[null]", "[[]]", "[{}]", "[\"\"]", "[1]", "{\"a\":1}", "{\"\":\"\"}",
        "{\"type\":\"\"}", "{\"type\":\"text\"}", "{\"type\":\"function\"}", "{\"type\":null}", "{\"type\":7}", "{\"type\":\"tool\",\"name\":\" \"}", "{\"role\":\"user\"}", "{\"role\":\"nobody\",\"content\":\"x\"}",
        "\"system\"", "\"developer\"", "\"tool\"", "\"function\"", "\"assistant\"", "\"user\"", "\"model\"", "\"nobody\"", "\"text\"", "\"thinking\"", "\"tool_use\"", "\"tool_result\"", "\"custom\"",
        "\"function_call\"", "\"function_call_output\"", "\"reasoning\"", "\"item_reference\"", "\"required\"", "\"none\"", "\"any\"", "\"auto\"", "\"allowed_tools\"", "\"json_object\"",
        "\"data:\"", "\"data:,\"", "\"data:;base64,\"", "\"data:image/png;base64,####\"", "\"data:image/png,plain\"", "\"data:bad type;base64,AAAA\"", "\"http://[\"", "\"file:///a\"", "\"x:\"", "\"//\"", "\"gs://\"", "\"files/\"",
        "\"application/\"", "\"/\"", "\"a/b/c\"", "\"image/png; charset\"", "\"*/*\"", "\"image/pn g\"", "\"{\"", "\"{\\\"a\\\":\"", "\"[1]\"", "\"2024-13-45T99:99:99Z\"", "\"-5m\"",
        "\"" + new string('x', 70_000) + "\"",
    ];

    /// <summary>Every value of a body replaced by every odd value, one at a time.</summary>
    public static IEnumerable<BodyEdit> Replacements(byte[] body) =>
        from place in Enumerable.Range(0, ValueSpan.In(body).Count)
        from choice in Enumerable.Range(0, Values.Length)
        select new BodyEdit(EditKind.ReplaceValue, place, choice);

    public byte[] ApplyTo(byte[] body)
    {
        if (body.Length == 0)
        {
            return body;
        }

        var place = Place % body.Length;
        switch (Kind)
        {
            case EditKind.Truncate: return body[..place];
            case EditKind.FlipBits:
                var flipped = body.ToArray();
                flipped[place] ^= (byte)(1 + (Choice % 255));
                return flipped;
            case EditKind.InsertBytes: return Replace(body, place, place, Choice % 4 == 0 ? [(byte)(0x80 + (Choice / 4 % 128))] : Encoding.UTF8.GetBytes(Bytes[Choice / 4 % Bytes.Length]));
            default: return ApplyToValue(body);
        }
    }

    private byte[] ApplyToValue(byte[] body)
    {
        var spans = ValueSpan.In(body);
        if (spans.Count == 0)
        {
            return body;
        }

        var span = spans[Place % spans.Count];
        var other = spans[Choice % spans.Count];
        return Kind switch
        {
            EditKind.ReplaceValue => Replace(body, span.Start, span.End, Encoding.UTF8.GetBytes(Values[Choice % Values.Length])),
            EditKind.CopyValue => Replace(body, span.Start, span.End, body[other.Start..other.End]),
            EditKind.RemoveValue => Remove(body, span),
            EditKind.DuplicateValue => Replace(body, span.End, span.End, [(byte)',', .. body[span.Whole..span.End]]),
            EditKind.NestValue => Nest(body, span, Depths[Choice % Depths.Length]),
            _ => span.Key < 0 || other.Key < 0 ? body : Replace(body, span.Key, span.KeyEnd, body[other.Key..other.KeyEnd]),
        };
    }

    private byte[] Nest(byte[] body, ValueSpan span, int depth)
    {
        var (open, close) = Choice % 2 == 0 ? ("[", "]") : ("{\"a\":", "}");
        var opened = string.Concat(Enumerable.Repeat(open, depth));
        var closed = new string(close[0], depth);
        return Replace(body, span.Start, span.End, [.. Encoding.UTF8.GetBytes(opened), .. body[span.Start..span.End], .. Encoding.UTF8.GetBytes(closed)]);
    }

    private static byte[] Remove(byte[] body, ValueSpan span)
    {
        var (start, end) = (span.Whole, span.End);
        if (end < body.Length && body[end] == ',')
        {
            end++;
        }
        else if (start > 0 && body[start - 1] == ',')
        {
            start--;
        }

        return Replace(body, start, end, []);
    }

    private static byte[] Replace(byte[] body, int start, int end, byte[] with) => [.. body[..start], .. with, .. body[end..]];

    /// <summary>Where a value stands, and its key where it has one.</summary>
    private readonly record struct ValueSpan(int Start, int End, int Key, int KeyEnd)
    {
        public int Whole => Key < 0 ? Start : Key;

        public static List<ValueSpan> In(byte[] body)
        {
            var spans = new List<ValueSpan>();
            var open = new Stack<(int Start, int Key, int KeyEnd)>();
            var (key, keyEnd) = (-1, -1);
            var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 20_000 });
            try
            {
                while (json.Read())
                {
                    var (start, end) = ((int)json.TokenStartIndex, (int)json.BytesConsumed);
                    switch (json.TokenType)
                    {
                        case JsonTokenType.PropertyName:
                            (key, keyEnd) = (start, start + json.ValueSpan.Length + 2);
                            continue;
                        case JsonTokenType.StartObject or JsonTokenType.StartArray:
                            open.Push((start, key, keyEnd));
                            break;
                        case JsonTokenType.EndObject or JsonTokenType.EndArray:
                            var began = open.Pop();
                            spans.Add(new ValueSpan(began.Start, end, began.Key, began.KeyEnd));
                            break;
                        default:
                            spans.Add(new ValueSpan(start, end, key, keyEnd));
                            break;
                    }

                    (key, keyEnd) = (-1, -1);
                }
            }
            catch (JsonException)
            {
                // An edit before has broken it; what was found till there can still be changed.
            }

            return spans;
        }
    }
}
