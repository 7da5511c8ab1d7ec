using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

/// <summary>Whatever happens to a config file, loading it answers: with a config, or with what is wrong.</summary>
public class ConfigMutationTests
{
    private const string Secret = "sk-never-shown-0123456789";

    private static readonly IReadOnlyDictionary<string, string> Variables = Given.Environment(("KEY", Secret), ("EMPTY", ""));

    // What a place in a file can be turned into: other types, broken texts, references, names in the wrong place.
    private static readonly string[] Pieces =
    [
        "null", "true", "1", "-1", "1e400", "0.5", "{}", "[]", "[[]]", "{\"a\":1}", "\"\"", "\"x\"", "\"${KEY}\"", "\"${EMPTY}\"", "\"${NOT_SET}\"", "\"${\"", "\"\\ud800\"",
        "\"local/banking\"", "\"auto\"", "\"mine/x\"", "\"${KEY}/x\"", ",", ":", "{", "}", "[", "]", "\"", "//", "/*", "\"models\":", "\"providers\":{},", "\"r\":{\"models\":[\"auto\"]},",
        "\"openai\":{},", "\uFEFF", "\0", "\u2028", "\\", "http://[", "https://user:pass@h", "999999999999999999999h",
    ];

    private static readonly string[] Seeds =
    [
        Given.Loadable[0],
        Given.Loadable[0].Replace("provider-secret-1", "${KEY}", StringComparison.Ordinal).Replace("balanced", "${EMPTY:-cheapest}", StringComparison.Ordinal),
        """{ "providers": { "openai": { "apiKey": "${KEY}" }, "ollama": {} }, "models": { "a": { "provider": "ollama" } }, "routes": { "auto": { "models": ["r"] }, "r": { "models": ["a"] } } }""",
    ];

    private static readonly Gen<Func<byte[], byte[]>> Mutation =
        from place in Gen.Choose(0, 9_999)
        from length in Gen.Choose(0, 40)
        from target in Gen.Choose(0, 9_999)
        from piece in Gen.Elements(Pieces)
        from value in Gen.Choose(0, 255)
        from kind in Gen.Choose(0, 5)
        select (Func<byte[], byte[]>)(bytes => Mutate(bytes, kind, (place, length, target), piece, (byte)value));

    private static readonly Arbitrary<byte[]> MutatedConfig = Arb.From(
        from seed in Gen.Elements(Seeds)
        from mutations in Gen.ListOf(Mutation)
        select mutations.Aggregate(Encoding.UTF8.GetBytes(seed), (bytes, mutate) => mutate(bytes)));

    [Fact]
    public void Any_mutation_of_a_config_gives_a_config_or_its_problems_without_the_secrets() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithEndSize(8), Prop.ForAll(MutatedConfig, bytes =>
        {
            var result = ConfigLoader.Parse(bytes, Variables);

            Assert.Equal(result.Config is null, result.Problems.Any(p => p.Severity == ConfigSeverity.Error));
            Assert.All(result.Problems, p => Assert.True(p.Path.Length > 0 && p.Message.Length > 0));
            Assert.DoesNotContain(Secret, string.Join('\n', result.Problems), StringComparison.Ordinal);
            if (result.Config is { } config)
            {
                Assert.All(config.Providers.Values, p => Assert.True(p is { Dialect: not null, BaseUrl: not null }));
                Assert.All(config.Models.Values, m => Assert.Contains(m.Provider, config.Providers.Keys));
            }
        }));

    // The generator is worth something only when it reaches both sides.
    [Fact]
    public void The_mutations_leave_some_configs_whole_and_break_others()
    {
        var results = MutatedConfig.Generator.Sample(5_000, 8).Select(bytes => ConfigLoader.Parse(bytes, Variables)).ToList();

        Assert.InRange(results.Count(r => r.Config is not null), 10, 4_500);
        Assert.InRange(results.Count(r => r.Problems.Any(p => p.Path != "$" && p.Severity == ConfigSeverity.Error)), 10, 4_900);
    }

    private static byte[] Mutate(byte[] bytes, int kind, (int Where, int Length, int Target) at, string piece, byte value)
    {
        if (bytes.Length == 0)
        {
            return Encoding.UTF8.GetBytes(piece);
        }

        var start = at.Where % bytes.Length;
        var end = Math.Min(bytes.Length, start + at.Length);
        var target = at.Target % bytes.Length;
        return kind switch
        {
            0 => [.. bytes[..start], value, .. bytes[(start + 1)..]],
            1 => [.. bytes[..start], .. bytes[end..]],
            2 => [.. bytes[..target], .. bytes[start..end], .. bytes[target..]],
            3 => [.. bytes[..start], .. Encoding.UTF8.GetBytes(piece), .. bytes[start..]],
            4 => ReplaceValue(bytes, start, piece),
            _ => [.. bytes[..(start + 1)], .. bytes[start..]],
        };
    }

    // From the next colon to the next comma or bracket: puts another value under a field and mostly keeps the file JSON.
    private static byte[] ReplaceValue(byte[] bytes, int start, string piece)
    {
        var colon = Array.IndexOf(bytes, (byte)':', start);
        var end = colon < 0 ? -1 : bytes.AsSpan(colon).IndexOfAny(",}]"u8);
        return end < 0 ? bytes : [.. bytes[..(colon + 1)], .. Encoding.UTF8.GetBytes(piece), .. bytes[(colon + end)..]];
    }
}
