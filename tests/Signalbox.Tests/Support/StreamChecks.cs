using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;

namespace Signalbox.Tests.Support;

/// <summary>What must hold for every dialect's streams and answers, whatever is in them.</summary>
internal static partial class StreamChecks
{
    public static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    public static AnswerContext Context(bool wantsUsage = true) => new()
    {
        RequestId = "req1",
        Model = "the-model",
        CreatedAt = Now,
        Request = new DialectRequest { Model = "the-model", Messages = [], Options = new ChatOptions(), Stream = true, WantsUsage = wantsUsage },
    };

    /// <summary>Runs a check for every recording and names all that fail.</summary>
    public static void ForEach(IEnumerable<Recording> recordings, Action<Recording> check)
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var failures = new List<string>();
        var count = 0;
        foreach (var recording in recordings)
        {
            count++;
            try
            {
                check(recording);
            }
            catch (Exception e)
            {
                failures.Add($"{recording.Id}: {e.GetType().Name} {e.Message}");
            }
        }

        Assert.True(count > 0, "no recording of that kind was found");
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    /// <summary>Two readings say the same. Ids that a reader had to make up are different each time.</summary>
    public static void Same(Collected expected, Collected actual)
    {
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.Reasoning, actual.Reasoning);
        Assert.Equal(expected.Refusal, actual.Refusal);
        Assert.Equal(expected.Calls.Select(Normalised), actual.Calls.Select(Normalised));
        Assert.Equal(expected.Finish, actual.Finish);
        Assert.Equal(expected.IsFinished, actual.IsFinished);
        Assert.Equal(expected.Error, actual.Error);
        Same(expected.Usage, actual.Usage);
    }

    public static void Same(UsageDetails? expected, UsageDetails? actual)
    {
        Assert.Equal(expected?.InputTokenCount, actual?.InputTokenCount);
        Assert.Equal(expected?.OutputTokenCount, actual?.OutputTokenCount);
        Assert.Equal(expected?.CachedInputTokenCount ?? 0, actual?.CachedInputTokenCount ?? 0);
        Assert.Equal(expected?.ReasoningTokenCount ?? 0, actual?.ReasoningTokenCount ?? 0);
    }

    /// <summary>The bytes may arrive one by one, or cut anywhere.</summary>
    public static void HoldsWhenSplit(IDialect dialect, byte[] stream)
    {
        var whole = Streams.Collect(dialect, stream);
        foreach (var size in (int[])[1, 2, 7, 1000])
        {
            Same(whole, Streams.Collect(dialect, stream, size));
        }
    }

    /// <summary>Read, written by the dialect's own writer and read again.</summary>
    public static void SurvivesItsOwnWriter(IDialect dialect, byte[] stream)
    {
        var reader = dialect.CreateStreamReader();
        var updates = Streams.ReadUpdates(reader, dialect.Framing, stream);
        var first = Streams.Summarise(updates, reader);
        if (!first.IsFinished)
        {
            // A writer completes only what was finished.
            return;
        }

        var written = Streams.Write(dialect.CreateStreamWriter(Context()), updates);
        Same(first, Streams.Collect(dialect, written));
    }

    public static string Json(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            write(json);
        }

        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        using (JsonDocument.Parse(text))
        {
            return text;
        }
    }

    public static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    /// <summary>Compares JSON without regard to blank space.</summary>
    public static void SameJson(string expected, string actual) =>
        Assert.True(JsonElement.DeepEquals(Parse(expected), Parse(actual)), $"Expected {expected}{Environment.NewLine}but was {actual}");

    private static (string Id, string Name, string Arguments) Normalised((string Id, string Name, string Arguments) call) =>
        (Minted().IsMatch(call.Id) ? "minted" : call.Id, call.Name, OneLine(call.Arguments));

    private static string OneLine(string arguments) =>
        string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments.Replace('\n', ' ').Replace('\r', ' ');

    [GeneratedRegex("^call_[0-9a-f]{24}$")]
    private static partial Regex Minted();
}
