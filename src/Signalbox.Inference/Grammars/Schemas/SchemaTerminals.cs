using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Makes terminals of what schemas say about values without parts, each kind once.</summary>
internal sealed class SchemaTerminals(SchemaDocument document, SchemaTexts texts)
{
    private const int MaximumLiteralBytes = 512 << 10;

    private readonly Dictionary<NumberRange, ByteAutomaton?> _numbers = [];
    private readonly Dictionary<string, Terminal?> _strings = new(StringComparer.Ordinal);
    private int _literalBytes;

    public Terminal Null { get; } = ByteAutomaton.Of(["null"u8.ToArray()]);

    public Terminal Boolean { get; } = ByteAutomaton.Of(["false"u8.ToArray(), "true"u8.ToArray()]);

    /// <summary>Whether literals and numbers take more memory than any schema needs.</summary>
    public bool IsTooLarge => _literalBytes > MaximumLiteralBytes || _numbers.Count > 512;

    public static byte[] Name(string name) => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    public ByteAutomaton Literals(params IReadOnlyList<byte[]> members)
    {
        foreach (var member in members)
        {
            _literalBytes += member.Length;
        }

        return ByteAutomaton.Of(members);
    }

    /// <summary>Listed values as they are written: without spaces, texts with the escapes that JSON needs.</summary>
    public ByteAutomaton Values(List<JsonElement> values)
    {
        var members = new List<byte[]>(values.Count);
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (var value in values)
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            value.WriteTo(writer);
            writer.Flush();
            members.Add(buffer.WrittenSpan.ToArray());
        }

        return Literals(members);
    }

    /// <summary>Null with the document's fault.</summary>
    public ByteAutomaton? Number(SchemaFacts facts)
    {
        var range = facts.Number with { IsInteger = !facts.Types.HasFlag(JsonTypes.Fraction) };
        if (!_numbers.TryGetValue(range, out var automaton))
        {
            automaton = NumberAutomaton.Build(range, out var tooLarge);
            _numbers.Add(range, automaton);
            if (tooLarge)
            {
                document.Unsupported($"{facts.Path}/multipleOf", "steps have at most 10 decimals and 16,383 units of the last one. Use a rounder one.");
            }
        }

        if (automaton is null)
        {
            document.Contradiction(facts.Path, "no number of up to 15 digits meets its minimum, maximum and multipleOf. Widen the range.");
        }

        return automaton;
    }

    /// <summary>Null with the document's fault.</summary>
    public Terminal? String(SchemaFacts facts)
    {
        var key = string.Join('\n', [$"{facts.MinimumLength} {facts.MaximumLength}", .. facts.Texts.Select(static text => $"{text.IsFormat}{text.Text}")]);
        if (!_strings.TryGetValue(key, out var terminal))
        {
            terminal = MakeString(facts);
            _strings.Add(key, terminal);
        }

        if (terminal is null)
        {
            document.Contradiction(facts.Path, "no string meets its format, pattern and lengths together. Correct one of them.");
        }

        return terminal;
    }

    /// <summary>The names of properties that nobody declares.</summary>
    public Terminal OtherNames(List<string> names)
    {
        if (names.Count == 0)
        {
            return new StringTerminal(0, StringTerminal.Unbounded);
        }

        _literalBytes += names.Sum(static name => name.Length);
        return CharacterBytes.ToTerminal(CharacterAutomaton.Except(names))!;
    }

    private Terminal? MakeString(SchemaFacts facts)
    {
        if (facts.MinimumLength > StringTerminal.Longest)
        {
            document.Unsupported($"{facts.Path}/minLength", $"answers have no strings of more than {StringTerminal.Longest} characters. Ask for a shorter one.");
            return null;
        }

        var maximum = facts.MaximumLength > StringTerminal.Longest ? StringTerminal.Unbounded : facts.MaximumLength;
        if (texts.All(facts) is not { } automaton)
        {
            return new StringTerminal(facts.MinimumLength, maximum);
        }

        if (facts.MinimumLength > 0)
        {
            var counted = facts.MinimumLength > CharacterAutomaton.MaximumStates
                ? null
                : CharacterAutomaton.Intersect(automaton, CharacterAutomaton.AtLeast(facts.MinimumLength), texts.Budget);
            if (counted is null)
            {
                document.Unsupported(facts.Path, "its pattern and its minLength together take too many states. Put the length into the pattern, or make it smaller.");
                return null;
            }

            automaton = counted;
        }

        if (!texts.Budget.Charge(CharacterBytes.CostOf(automaton)))
        {
            document.Unsupported(facts.Path, "the patterns of the schema take too many states together. Make them shorter, or use fewer.");
            return null;
        }

        return CharacterBytes.ToTerminal(automaton, maximum);
    }
}
