using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text;
using Signalbox.Inference.Grammars.Terminals;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Grammars;

/// <summary>Patterns, formats and ranges beside the platform's own readers of them.</summary>
public sealed class TextAndNumberTests
{
    [Theory]
    [InlineData("^[A-Z]{2}-\\d{3,5}$", "AB-123 AB-12 AB-12345 AB-123456 xAB-123 AB-1234")]
    [InlineData("b+c?", "abcd ac b cb a")]
    [InlineData("^a|b$", "ab ba b a cac cb")]
    [InlineData("^(?:a|b(?:c|d))*$", "a bc bdabc b ad")]
    [InlineData("^(?<year>\\d{4})-\\w+?$", "2024-x 2024- 24-x 2024-x_1")]
    [InlineData("^[^a-c\\]]+$", "xyz a ] \\")]
    [InlineData("^\\x41\\u0042\\.\\/\\-$", "AB./- ABx/-")]
    [InlineData("^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$", "a@b.c a@b x.y+z@d-e.f.g @b.c")]
    [InlineData("^x{0,2}y{2}z{1,}$", "yyz xyyzz xxxyyz xyz yy")]
    [InlineData("", "anything")]
    [InlineData("^$", "a")]
    [InlineData("^\\S+$", "abc é _")]
    [InlineData("^[\\s\\S]{1,3}$", "a ab abcd")]
    public void A_pattern_takes_what_the_platform_takes(string pattern, string candidates)
    {
        var automaton = Pattern.Compile(pattern, new PatternBudget(), out var reason);
        Assert.True(automaton is not null, reason);
        foreach (var text in candidates.Split(' ').Append(""))
        {
            Assert.True(Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant) == automaton.Matches(text), text);
        }
    }

    [Fact]
    public void Whatever_is_written_for_a_random_pattern_matches_it()
    {
        var random = new Random(41);
        var tokenizer = PieceTokenizer.OfBytes();
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            var pattern = RandomPattern(random, 0);
            pattern = random.Next(3) switch { 0 => $"^{pattern}$", 1 => $"^(?:{pattern})", _ => pattern };
            var schema = $$"""{"type":"string","maxLength":60,"pattern":{{JsonSerializer.Serialize(pattern, JsonContext.Default.String)}}}""";
            using var document = JsonDocument.Parse(schema);
            if (!JsonSchemaGrammar.TryCompile(document.RootElement, tokenizer, out var grammar, out var fault))
            {
                // A few of them take more states than there may be.
                Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
                refused++;
                continue;
            }

            for (var seed = 0; seed < 5; seed++)
            {
                var limit = grammar.MinimumTokens + (seed * 6);
                using var answer = JsonDocument.Parse(new RandomChoice(tokenizer, seed).Answer(grammar.Start(limit), limit)!);
                var text = answer.RootElement.GetString()!;
                Assert.True(Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant) && text.Length <= 60, $"{pattern} does not match {text}");
            }
        }

        Assert.True(refused < 8, $"{refused} were refused");
    }

    [Fact]
    public void Whatever_is_written_for_a_format_is_read_by_the_platform()
    {
        var readers = new Dictionary<string, Predicate<string>>
        {
            ["date"] = static text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            ["date-time"] = static text => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            ["time"] = static text => DateTimeOffset.TryParse($"2024-05-05T{text}", CultureInfo.InvariantCulture, out _),
            ["uuid"] = static text => Guid.TryParseExact(text, "D", out _),
            ["ipv4"] = static text => IPAddress.TryParse(text, out var address) && address.ToString() == text,
            ["ipv6"] = static text => IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
            ["uri"] = static text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0,
            ["hostname"] = static text => Uri.CheckHostName(text) == UriHostNameType.Dns && text.Length <= 253,
            ["email"] = static text => System.Net.Mail.MailAddress.TryCreate(text, out var address) && address.Address == text,
            ["byte"] = static text => Convert.TryFromBase64String(text, new byte[text.Length], out _),
            ["duration"] = static text => System.Xml.XmlConvert.ToTimeSpan(text.Contains('W', StringComparison.Ordinal) ? "P1D" : text) >= TimeSpan.Zero,
        };
        foreach (var (format, reads) in readers)
        {
            var grammar = Grammar.Of($$"""{"type":"string","format":"{{format}}"}""");
            for (var seed = 0; seed < 60; seed++)
            {
                using var answer = JsonDocument.Parse(new RandomChoice(PieceTokenizer.OfBytes(), seed).Answer(grammar.Start(grammar.MinimumTokens + seed), 500)!);
                Assert.True(reads(answer.RootElement.GetString()!), $"{format}: {answer.RootElement}");
            }
        }
    }

    [Fact]
    public void Numbers_of_a_range_can_be_written_and_others_cannot()
    {
        var random = new Random(42);
        for (var i = 0; i < 400; i++)
        {
            decimal? minimum = random.Next(4) == 0 ? null : RandomNumber(random);
            decimal? maximum = random.Next(4) == 0 ? null : (minimum ?? 0) + Math.Abs(RandomNumber(random));
            decimal? multiple = random.Next(3) == 0 ? new[] { 1m, 2m, 7m, 0.5m, 0.01m, 2.5m }[random.Next(6)] : null;
            var range = new NumberRange(random.Next(2) == 0, minimum, random.Next(2) == 0, maximum, random.Next(2) == 0, multiple);
            var automaton = NumberAutomaton.Build(range, out var tooLarge);
            Assert.False(tooLarge);
            for (var n = 0; n < 60; n++)
            {
                // Numbers anywhere, and numbers around the bounds.
                var step = new[] { 0m, 1m, -1m, 0.01m, -0.01m, 0.5m }[random.Next(6)];
                var value = random.Next(3) switch { 0 => RandomNumber(random), 1 => (minimum ?? 3) + step, _ => (maximum ?? 3) + step };
                var text = value.ToString("0.##########", CultureInfo.InvariantCulture);
                value = decimal.Parse(text, CultureInfo.InvariantCulture);
                Assert.True(range.Holds(value) == (automaton is not null && Reads(automaton, text)), $"{text} in {range}");
            }
        }
    }

    private static bool Reads(ByteAutomaton automaton, string text)
    {
        var position = automaton.Start;
        foreach (var next in Encoding.UTF8.GetBytes(text))
        {
            position = automaton.Step(position, next);
            if (position == Terminal.Dead)
            {
                return false;
            }
        }

        return automaton.Accepts(position);
    }

    private static decimal RandomNumber(Random random) =>
        Math.Round(((decimal)random.NextDouble() - 0.5m) * new[] { 2m, 20m, 2000m, 2_000_000m }[random.Next(4)], random.Next(0, 4));

    private static string RandomPattern(Random random, int depth)
    {
        string[] atoms = ["a", "[b-d]", "\\d", "\\w", "[^xy]", ".", "é", "\\.", "\\s", "\"", "[\\d_-]"];
        var text = "";
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var atom = depth < 2 && random.Next(4) == 0 ? $"(?:{RandomPattern(random, depth + 1)}|{RandomPattern(random, depth + 1)})" : atoms[random.Next(atoms.Length)];
            text += atom + new[] { "", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}" }[random.Next(9)];
        }

        return text;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class JsonContext : System.Text.Json.Serialization.JsonSerializerContext;
