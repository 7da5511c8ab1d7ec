using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Ollama;

public sealed class OllamaRecordedTests
{
    private static IEnumerable<Recording> Chats => Recordings.Of(["ollama_chat", "ollama_generate"], answersOnly: true);

    private static IDialect DialectOf(Recording recording) =>
        recording.Api == "ollama_generate" ? OllamaGenerateDialect.Instance : OllamaDialect.Instance;

    [Fact]
    public void Every_recorded_stream_is_read_as_it_was_said() => StreamChecks.ForEach(Chats.Where(r => r.Streaming), recording =>
    {
        var walk = OllamaWalk.Of(recording);
        var read = Streams.Collect(DialectOf(recording), recording.Answer);
        Assert.Equal(walk.Text, read.Text);
        Assert.Equal(walk.Thinking, read.Reasoning);
        Assert.Equal(walk.Calls, read.Calls.Select(call => (call.Name, call.Arguments)));
        Assert.Equal(walk.Finish, read.Finish);
        Assert.Equal(walk.Input, read.Usage?.InputTokenCount);
        Assert.Equal(walk.Output, read.Usage?.OutputTokenCount);
        Assert.True(read.IsFinished);
    });

    [Fact]
    public void Every_recorded_answer_is_read_as_it_was_said() => StreamChecks.ForEach(Chats.Where(r => !r.Streaming), recording =>
    {
        var walk = OllamaWalk.Of(Encoding.UTF8.GetBytes(StreamChecks.Json(recording.AnswerJson.WriteTo)));
        var response = Read(DialectOf(recording), recording.AnswerJson);
        Assert.Equal(walk.Text, response.Text);
        Assert.Equal(walk.Thinking, string.Concat(Contents<TextReasoningContent>(response).Select(thought => thought.Text)));
        Assert.Equal(
            walk.Calls.Select(call => call.Name), Contents<FunctionCallContent>(response).Select(call => call.Name));
        foreach (var (expected, call) in walk.Calls.Zip(Contents<FunctionCallContent>(response)))
        {
            StreamChecks.SameJson(expected.Arguments, Signalbox.Dialects.Contents.ArgumentsText(call));
        }

        Assert.Equal(walk.Finish, response.FinishReason);
        Assert.Equal(walk.Input, response.Usage?.InputTokenCount);
        Assert.Equal(walk.Output, response.Usage?.OutputTokenCount);
    });

    [Fact]
    public void Every_recorded_answer_survives_its_own_writer() => StreamChecks.ForEach(Chats.Where(r => !r.Streaming), recording =>
    {
        var dialect = DialectOf(recording);
        var first = Read(dialect, recording.AnswerJson);
        var second = Read(dialect, StreamChecks.Parse(StreamChecks.Json(json => dialect.WriteResponse(first, StreamChecks.Context(), json))));
        Assert.Equal(first.Messages[0].Contents.Select(RequestText.Of), second.Messages[0].Contents.Select(RequestText.Of));
        Assert.Equal(first.FinishReason, second.FinishReason);
        Assert.Equal(first.ModelId, second.ModelId);
        StreamChecks.Same(first.Usage, second.Usage);
    });

    [Fact]
    public void Every_recorded_stream_says_the_same_however_it_is_split() =>
        StreamChecks.ForEach(Chats.Where(r => r.Streaming), recording => StreamChecks.HoldsWhenSplit(DialectOf(recording), recording.Answer));

    [Fact]
    public void Every_recorded_stream_survives_its_own_writer() =>
        StreamChecks.ForEach(Chats.Where(r => r.Streaming), recording => StreamChecks.SurvivesItsOwnWriter(DialectOf(recording), recording.Answer));

    [Fact]
    public void A_recorded_stream_that_broke_never_looks_finished() => StreamChecks.ForEach(Chats.Where(r => r.Streaming), recording =>
    {
        var end = recording.Answer.AsSpan().TrimEnd((byte)'\n').LastIndexOf((byte)'\n') + 1;
        for (var cut = 0; cut <= end; cut = cut == end ? end + 1 : recording.Answer.AsSpan(cut).IndexOf((byte)'\n') + cut + 1)
        {
            Assert.False(Streams.Collect(DialectOf(recording), recording.Answer[..cut]).IsFinished);
        }
    });

    [Fact]
    public void Every_recorded_request_survives_reading_and_writing() =>
        StreamChecks.ForEach(Recordings.Of(["ollama_chat"]), recording =>
        {
            var first = ReadRequest(OllamaDialect.Instance, recording.RequestBody);
            Assert.Equal(recording.Streaming, first.Stream);
            var outbound = OllamaFixture.Outbound(first);
            var written = StreamChecks.Json(json => OllamaDialect.Instance.WriteRequest(outbound, json));
            Assert.True(outbound.Losses.IsEmpty, outbound.Losses.ToHeaderValue());
            Assert.Equal(RequestText.Of(first), RequestText.Of(ReadRequest(OllamaDialect.Instance, StreamChecks.Parse(written))));
        });

    [Fact]
    public void Every_recorded_generate_request_becomes_one_user_message() =>
        StreamChecks.ForEach(Recordings.Of(["ollama_generate"]), recording =>
        {
            var request = ReadRequest(OllamaGenerateDialect.Instance, recording.RequestBody);
            Assert.Equal(recording.RequestBody.GetProperty("prompt").GetString(), Assert.Single(request.Messages).Text);
        });

    [Fact]
    public void Every_recorded_embedding_is_read_and_written_number_by_number() =>
        StreamChecks.ForEach(Recordings.Of(["ollama_embed"]), recording =>
        {
            var problems = new ReadProblems();
            var request = OllamaDialect.Instance.ReadEmbeddingRequest(new InboundRequest(recording.RequestBody), problems);
            var embeddings = OllamaDialect.Instance.ReadEmbeddings(recording.AnswerJson, problems);
            Assert.Null(problems.Error);
            Assert.Equal(request!.Inputs.Count, embeddings!.Count);
            var written = StreamChecks.Parse(StreamChecks.Json(json => OllamaDialect.Instance.WriteEmbeddings(embeddings, request, "m", json)));
            Assert.Equal(Numbers(recording.AnswerJson), Numbers(written));
            Assert.Equal(recording.AnswerJson.GetProperty("prompt_eval_count").GetInt64(), embeddings.Usage?.InputTokenCount);
        });

    private static float[] Numbers(JsonElement body) =>
        [.. body.GetProperty("embeddings").EnumerateArray().SelectMany(vector => vector.EnumerateArray()).Select(number => number.GetSingle())];

    private static IEnumerable<T> Contents<T>(ChatResponse response) => response.Messages[0].Contents.OfType<T>();

    private static ChatResponse Read(IDialect dialect, JsonElement body)
    {
        var problems = new ReadProblems();
        var response = dialect.ReadResponse(body, problems);
        Assert.Null(problems.Error);
        return response!;
    }

    private static DialectRequest ReadRequest(IDialect dialect, JsonElement body)
    {
        var problems = new ReadProblems();
        var request = dialect.ReadRequest(new InboundRequest(body), problems);
        Assert.Null(problems.Error);
        return request!;
    }
}
