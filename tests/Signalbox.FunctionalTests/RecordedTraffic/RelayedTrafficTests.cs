using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Ledger;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Recorded traffic through the running server, caller and provider speaking the same dialect.</summary>
public sealed partial class RelayedTrafficTests(ReplayBenches benches) : IClassFixture<ReplayBenches>
{
    [Fact]
    public async Task A_recorded_exchange_is_relayed_byte_for_byte_but_for_the_declared_edits()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var cells = Exchange.Load(answersOnly: false).Where(static exchange => exchange.HasRequest);
        var findings = await benches.RunAsync(cells, static async (bench, exchange) =>
        {
            var caller = CallerBodyOf(exchange);
            var answer = await bench.AskAsync(exchange, exchange.CallerPath, Encoding.UTF8.GetBytes(caller));
            var problems = new List<string>();
            CheckAsked(exchange, bench.Asked, problems);
            CheckAnswer(exchange, answer, hidesUsage: HidesUsage(exchange), problems);
            return problems;
        });
        findings.MustBeClean("relayed exchanges");
    }

    [Fact]
    public async Task A_recorded_answer_whose_request_was_not_kept_is_relayed_byte_for_byte()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var cells = Exchange.Load(answersOnly: true).Where(static exchange => !exchange.HasRequest);
        var findings = await benches.RunAsync(cells, static async (bench, exchange) =>
        {
            var answer = await bench.AskAsync(exchange, exchange.CallerPath, Encoding.UTF8.GetBytes(exchange.AnyQuestion));
            var problems = new List<string>();
            CheckAnswer(exchange, answer, hidesUsage: false, problems);
            return problems;
        });
        findings.MustBeClean("relayed answers");
    }

    [Fact]
    public async Task Usage_that_only_the_gateway_asked_for_is_hidden_and_nothing_else_is()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var cells = Exchange.Load(answersOnly: false).Where(static exchange => exchange is { IsStreamed: true, IsError: false, Wire.Dialect: "openai-chat" });
        var findings = await benches.RunAsync(cells, static async (bench, exchange) =>
        {
            var body = CallerBody.Without(CallerBody.WithModel(exchange.Recording.RequestBody.GetRawText(), exchange.CallerModel), "stream_options");
            var answer = await bench.AskAsync(exchange, exchange.CallerPath, Encoding.UTF8.GetBytes(body));
            var problems = new List<string>();
            CheckAnswer(exchange, answer, hidesUsage: true, problems);
            return problems;
        });
        findings.MustBeClean("streams with hidden usage");
    }

    [Fact]
    public async Task What_was_relayed_is_recorded_with_the_usage_and_the_finish_that_the_provider_stated()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var answered = new ConcurrentDictionary<string, Exchange>();
        await using var bench = await ReplayBench.StartAsync();
        var cells = Exchange.Load(answersOnly: true).Where(static exchange => exchange is { IsError: false } && (exchange.IsChat || exchange.Recording.Api == "completions"));
        foreach (var exchange in cells)
        {
            var body = exchange.HasRequest ? CallerBodyOf(exchange) : exchange.AnyQuestion;
            var answer = await bench.AskAsync(exchange, exchange.CallerPath, Encoding.UTF8.GetBytes(body));
            answered[answer.Headers["x-signalbox-request-id"]] = exchange;
        }

        // A record is written when its request is settled, which may be after its caller has the answer.
        await bench.Gateway.StopAsync();
        var records = bench.Records;
        var problems = answered.SelectMany(pair => ProblemsOf(pair.Value, records.GetValueOrDefault(pair.Key)).Select(problem => (pair.Value.ToString(), problem)));
        new Findings(answered.Count, [.. problems.Order()]).MustBeClean("records of relayed answers");
    }

    private static IEnumerable<string> ProblemsOf(Exchange exchange, UsageRecord? record)
    {
        if (record is null)
        {
            return ["there is no record"];
        }

        var walked = exchange.Walk();
        if (exchange.FailsInside)
        {
            return record.Error is null ? ["the error is not in the record"] : [];
        }

        return VocabularyAnswers.DifferencesOf(walked, record.Usage, record.FinishReason)
            .Concat(record.Relayed ? [] : ["it was not relayed"])
            .Concat(record.IsEstimated && walked.Usage.Input is not null ? ["its usage is estimated although it was stated"] : []);
    }

    /// <summary>The recorded body as a caller of the gateway sends it; every other one with the gateway's own object somewhere.</summary>
    private static string CallerBodyOf(Exchange exchange)
    {
        var recorded = exchange.Recording.RequestBody.GetRawText();
        var place = exchange.Recording.Id[^1];
        var named = exchange.Wire.Dialect == "gemini" ? recorded : CallerBody.WithModel(recorded, exchange.CallerModel);
        return place % 2 == 0 && exchange.RequestBytes.Length > 2 ? CallerBody.WithSignalbox(named, place) : named;
    }

    private static void CheckAsked(Exchange exchange, UpstreamCall? asked, List<string> problems)
    {
        if (asked is null)
        {
            problems.Add("the provider was not asked");
            return;
        }

        if (asked.Path + asked.Query != exchange.UpstreamPath)
        {
            problems.Add($"asked at {asked.Path}{asked.Query} instead of {exchange.UpstreamPath}");
        }

        var recorded = exchange.Recording.RequestBody.GetRawText();
        var expected = exchange.Wire.Dialect == "gemini" ? recorded : CallerBody.WithModel(recorded, exchange.Model);
        if (exchange.Provider == "openai" && RenamesLimit().IsMatch(exchange.Model) && exchange.Recording.RequestBody.Has("max_tokens"))
        {
            expected = expected.Replace("\"max_tokens\"", "\"max_completion_tokens\"", StringComparison.Ordinal);
        }

        var difference = HidesUsage(exchange) && exchange.Provider != "mistral"
            ? CallerBody.DifferenceButForUsage(expected, asked.Text)
            : CallerBody.Difference(expected, asked.Text);
        if (difference is not null)
        {
            problems.Add("request: " + difference);
        }
    }

    private static void CheckAnswer(Exchange exchange, CallerAnswer answer, bool hidesUsage, List<string> problems)
    {
        if (exchange.FailsInside)
        {
            CheckFailure(exchange, answer, problems);
            return;
        }

        var expected = hidesUsage && exchange is { IsStreamed: true, IsError: false } ? WithoutUsageFrames(exchange.AnswerText) : exchange.AnswerText;
        if (answer.Status != exchange.Recording.Status)
        {
            problems.Add($"status {answer.Status} instead of {exchange.Recording.Status}");
        }

        if (answer.ContentType != exchange.Recording.ContentType)
        {
            problems.Add($"content-type '{answer.ContentType}' instead of '{exchange.Recording.ContentType}'");
        }

        if (CallerBody.Difference(expected, answer.Text) is { } difference)
        {
            problems.Add("answer: " + difference);
        }

        if (exchange.IsError && answer.ErrorWord is null)
        {
            problems.Add("x-signalbox-error is missing");
        }

        if (answer.Broke)
        {
            problems.Add("the connection broke");
        }
    }

    /// <summary>A failure inside a 200 is told as one: by status while nothing has been answered, by an explicit error after that.</summary>
    private static void CheckFailure(Exchange exchange, CallerAnswer answer, List<string> problems)
    {
        var message = exchange.Walk().Error ?? "";
        if (answer.Status != 200)
        {
            if (answer.ErrorWord is null || !exchange.Wire.ErrorMessage(answer).Contains(message, StringComparison.Ordinal))
            {
                problems.Add($"the failure '{message}' became {answer.Text}");
            }

            return;
        }

        // What the provider itself said of an end before its error is passed on; the gateway adds no mark of its own.
        var walked = exchange.Wire.WalkStream(answer.Text);
        var saysEnd = answer.Text.Contains("[DONE]", StringComparison.Ordinal) || (walked.HasCleanEnd && exchange.Wire.Dialect != "openai-chat");
        var same = exchange.AnswerText.Zip(answer.Text).TakeWhile(static pair => pair.First == pair.Second).Count();
        if (saysEnd || walked.Error?.Contains(message, StringComparison.Ordinal) != true || same < Math.Min(answer.Text.Length, exchange.AnswerText.Length) / 2)
        {
            problems.Add($"the failure '{message}' ended in: {answer.Text[Math.Max(0, answer.Text.Length - 100)..]}");
        }
    }

    private static bool HidesUsage(Exchange exchange) =>
        exchange is { Wire.Dialect: "openai-chat", HasRequest: true } && exchange.Recording.RequestBody.At("stream").ValueKind == JsonValueKind.True
        && exchange.Recording.RequestBody.At("stream_options", "include_usage").ValueKind != JsonValueKind.True;

    private static string WithoutUsageFrames(string stream) =>
        string.Concat(FrameText().Matches(stream).Select(static frame => frame.Value).Where(static frame => !IsUsageOnly(frame)));

    private static bool IsUsageOnly(string frame)
    {
        foreach (var chunk in Frames.Sse(frame).Where(static f => f.Data != "[DONE]").Select(static f => JsonWalk.Parse(f.Data)))
        {
            return chunk.At("usage").ValueKind == JsonValueKind.Object && !chunk.Items("choices").Any();
        }

        return false;
    }

    [GeneratedRegex(@"^(o\d|gpt-5)")]
    private static partial Regex RenamesLimit();

    /// <summary>A frame with the blank line that ends it.</summary>
    [GeneratedRegex(@"(?:[^\r\n]+(?:\r\n|\n|\r))*(?:\r\n|\n|\r)|[^\r\n][\s\S]*$")]
    private static partial Regex FrameText();
}
