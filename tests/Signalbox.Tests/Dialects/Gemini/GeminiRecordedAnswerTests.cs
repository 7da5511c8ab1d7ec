using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>Complete answers and errors as Google really sent them.</summary>
public class GeminiRecordedAnswerTests
{
    private static List<Recording> Answers() => Recorded(static recording => recording.Status == 200 && !recording.Streaming);

    private static List<Recording> Recorded(Func<Recording, bool> which)
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var found = GeminiRecordedWalk.Recordings().Where(which).ToList();
        Assert.NotEmpty(found);
        return found;
    }

    [Fact]
    public void Every_recorded_answer_is_read_as_it_is()
    {
        foreach (var recording in Answers().Where(static recording => !IsTokenCount(recording)))
        {
            var problems = new ReadProblems();
            var response = GeminiDialect.Sse.ReadResponse(recording.AnswerJson, problems);
            Assert.True(response is not null, $"{recording.Id}: {problems.Error?.Message}");
            AssertSame(recording, response!);
        }
    }

    [Fact]
    public void Every_recorded_answer_survives_our_own_writer()
    {
        foreach (var recording in Answers().Where(static recording => !IsTokenCount(recording)))
        {
            var first = GeminiDialect.Sse.ReadResponse(recording.AnswerJson, new ReadProblems())!;
            var written = GeminiSupport.WriteAnswer(first);
            AssertSame(recording, GeminiDialect.Sse.ReadResponse(written, new ReadProblems())!);
            Assert.Equal(recording.AnswerJson.TryGetProperty("modelVersion", out var model) ? model.GetString() : "some-model", written.GetProperty("modelVersion").GetString());
        }
    }

    [Fact]
    public void Recorded_token_counts_are_never_taken_for_answers()
    {
        foreach (var recording in Answers().Where(IsTokenCount))
        {
            var problems = new ReadProblems();
            Assert.Null(GeminiDialect.Sse.ReadResponse(recording.AnswerJson, problems));
            Assert.Equal("candidates", problems.Error?.Field);
        }
    }

    [Fact]
    public void Every_recorded_error_is_understood()
    {
        foreach (var recording in Recorded(static recording => recording.Status >= 400))
        {
            var error = GeminiDialect.Sse.ReadError(recording.Status, recording.AnswerJson);
            var message = recording.AnswerJson.GetProperty("error").GetProperty("message").GetString()!;
            Assert.Equal((recording.Id, KindOf(recording.Status, message)), (recording.Id, error.Kind));
            Assert.Equal(message, error.Message);
            Assert.Equal(recording.Status, error.Status);
        }
    }

    private static ErrorKind KindOf(int status, string message) => status switch
    {
        400 when message.Contains("API key", StringComparison.Ordinal) => ErrorKind.Authentication,
        400 when message.Contains("token count", StringComparison.Ordinal) => ErrorKind.ContextLength,
        400 => ErrorKind.InvalidRequest,
        403 when message.Contains("unregistered callers", StringComparison.Ordinal) => ErrorKind.Authentication,
        403 => ErrorKind.Permission,
        404 => ErrorKind.NotFound,
        429 => ErrorKind.RateLimited,
        _ => throw new InvalidOperationException($"No kind is known for {status}."),
    };

    /// <summary>Three of the vendor's samples stand among the answers but are counts.</summary>
    private static bool IsTokenCount(Recording recording) => recording.AnswerJson.TryGetProperty("totalTokens", out _);

    private static void AssertSame(Recording recording, ChatResponse response)
    {
        var walk = GeminiRecordedWalk.Of([recording.AnswerJson]);
        var contents = response.Messages.SelectMany(static message => message.Contents).ToList();
        Assert.Equal((recording.Id, walk.Text), (recording.Id, response.Text));
        Assert.Equal(walk.Thoughts, string.Concat(contents.OfType<TextReasoningContent>().Select(static thought => thought.Text)));
        Assert.Equal(walk.Calls, contents.OfType<FunctionCallContent>().Select(static call => (call.Name, GeminiDescription.Canonical(Contents.ArgumentsText(call)))));
        Assert.All(contents.OfType<FunctionCallContent>(), static call => Assert.NotEmpty(call.CallId));
        Assert.Equal(walk.OtherParts, contents.Count(static content => content is DataContent or OpaqueContent));
        Assert.Equal((recording.Id, walk.FinishMeaning() ?? ChatFinishReason.Stop), (recording.Id, response.FinishReason));
        Assert.Equal(walk.IsBlocked, contents.OfType<ErrorContent>().Any());
        walk.AssertUsage(response.Usage, recording.Id);
    }
}
