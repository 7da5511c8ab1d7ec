using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>Requests as real clients sent them.</summary>
public class GeminiRecordedRequestTests
{
    private static List<(Recording Recording, InboundRequest Inbound)> Requests(string verb)
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var found = new List<(Recording, InboundRequest)>();
        foreach (var recording in GeminiRecordedWalk.Recordings())
        {
            var call = recording.Path.Split("models/")[^1].Split('?')[0].Split(':');
            if (recording.RequestBody.ValueKind == JsonValueKind.Object && call.Length == 2 && call[1].Contains(verb, StringComparison.OrdinalIgnoreCase))
            {
                found.Add((recording, new InboundRequest(recording.RequestBody, call[0], call[1].StartsWith("stream", StringComparison.Ordinal))));
            }
        }

        Assert.NotEmpty(found);
        return found;
    }

    [Fact]
    public void Every_recorded_request_survives_the_vocabulary()
    {
        foreach (var (recording, inbound) in Requests("generateContent"))
        {
            var problems = new ReadProblems();
            var first = GeminiDialect.Sse.ReadRequest(inbound, problems);
            Assert.True(first is not null, $"{recording.Id}: {problems.Error?.Message}");
            Assert.Equal((inbound.Model, inbound.Stream), (first!.Model, first.Stream));

            var capabilities = new Signalbox.Catalog.ModelCapabilities
            {
                Reasoning = inbound.Model!.Contains("gemini-3", StringComparison.Ordinal) ? Signalbox.Catalog.ReasoningKind.Level : Signalbox.Catalog.ReasoningKind.Budget,
            };
            var (body, losses) = GeminiSupport.Write(first, inbound.Model, capabilities);
            var second = GeminiSupport.Read(body, inbound.Model, first.Stream);
            Assert.Equal((recording.Id, GeminiDescription.Of(first)), (recording.Id, GeminiDescription.Of(second)));
            Assert.True(losses.IsEmpty, $"{recording.Id}: {losses.ToHeaderValue()}");
        }
    }

    [Fact]
    public void Every_recorded_part_arrives_in_the_vocabulary()
    {
        foreach (var (recording, inbound) in Requests("generateContent"))
        {
            var request = GeminiDialect.Sse.ReadRequest(inbound, new ReadProblems())!;
            var parts = inbound.Body.GetProperty("contents").EnumerateArray().Sum(static content => content.GetProperty("parts").GetArrayLength());
            var system = inbound.Body.TryGetProperty("systemInstruction", out var s) && s.ValueKind == JsonValueKind.Object ? s.GetProperty("parts").GetArrayLength() : 0;
            Assert.Equal((recording.Id, parts + system), (recording.Id, request.Messages.Sum(static message => message.Contents.Count)));
        }
    }

    [Fact]
    public void Recorded_embedding_requests_are_read()
    {
        foreach (var (_, inbound) in Requests("batchEmbedContents"))
        {
            var request = GeminiDialect.Sse.ReadEmbeddingRequest(inbound, new ReadProblems())!;
            Assert.Equal(inbound.Body.GetProperty("requests").GetArrayLength(), request.Inputs.Count);
            Assert.Equal(768, request.Dimensions);
            Assert.Equal("no-such-embedding-model", request.Model);
        }
    }
}
