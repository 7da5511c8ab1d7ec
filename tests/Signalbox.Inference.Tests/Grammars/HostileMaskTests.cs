using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Grammars;

public sealed class HostileMaskTests
{
    private static readonly Lazy<PieceTokenizer> Words = new(static () => PieceTokenizer.Realistic(32_000));

    /// <summary>Patterns that all stay possible for long, and remember where they might have ended.</summary>
    private static string Patterns { get; } = $$"""
        {"anyOf":[{{string.Join(',', Enumerable.Range(0, 50).Select(static i => (char)(i < 26 ? 'A' + i : 'a' + i - 26)).Select(static c => string.Create(CultureInfo.InvariantCulture, $$"""{"type":"string","pattern":"[{{c}}-~].{2}{{c}}$"}""")))}}]}
        """;

    [Fact]
    public void No_mask_costs_more_than_a_bound_and_the_answer_still_ends_and_is_valid()
    {
        var grammar = Grammar.Of(Patterns, Words.Value);
        var limit = grammar.MinimumTokens + 40;
        var constraint = grammar.Start(limit);
        _ = Words.Value.Trie;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var most = 0L;
        var longest = 0d;
        var answer = new RandomChoice(Words.Value, 4).Answer(constraint, limit, mask =>
        {
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            longest = Math.Max(longest, watch.Elapsed.TotalMilliseconds);
            for (var token = 0; token < Words.Value.VocabularySize; token++)
            {
                Assert.Equal((mask[token / 64] & (1UL << (token % 64))) != 0, constraint.Allows(token));
            }

            before = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{most >> 20} MiB, {longest:F1} ms, {Encoding.UTF8.GetString(answer!)}");
        Assert.True(most < 8 << 20, $"{most >> 20} MiB");
        using var parsed = JsonDocument.Parse(answer!);
        Assert.Matches(new Regex("."), parsed.RootElement.GetString());
        using var schema = JsonDocument.Parse(Patterns);
        Assert.Contains(schema.RootElement.GetProperty("anyOf").EnumerateArray(), one => Regex.IsMatch(parsed.RootElement.GetString()!, one.GetProperty("pattern").GetString()!));
    }
}
