using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Ollama;

public sealed class OllamaEmbeddingTests
{
    [Theory]
    [InlineData("""{"model":"m","input":"a"}""", 1)]
    [InlineData("""{"model":"m","input":["a","b"],"truncate":true,"options":{"num_ctx":1},"keep_alive":"5m"}""", 2)]
    public void Inputs_are_a_text_or_a_list(string body, int count)
    {
        var problems = new ReadProblems();
        Assert.Equal(count, OllamaDialect.Instance.ReadEmbeddingRequest(new InboundRequest(StreamChecks.Parse(body)), problems)?.Inputs.Count);
    }

    [Theory]
    [InlineData("""{"input":"a"}""", "model")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":["a",1]}""", "input[1]")]
    [InlineData("""{"model":"m","input":"a","dimensions":"x"}""", "dimensions")]
    [InlineData("""{"model":"m","input":"a","truncate":1}""", "truncate")]
    public void What_is_wrong_is_named_by_its_path(string body, string field)
    {
        var problems = new ReadProblems();
        Assert.Null(OllamaDialect.Instance.ReadEmbeddingRequest(new InboundRequest(StreamChecks.Parse(body)), problems));
        Assert.Equal(field, problems.Error?.Field);
    }

    [Fact]
    public void A_text_that_is_too_long_is_never_cut_silently()
    {
        var request = new EmbeddingRequest { Model = "m", Inputs = ["a", "b"], Dimensions = 8 };
        Assert.Equal(
            """{"model":"up","input":["a","b"],"dimensions":8,"truncate":false}""",
            StreamChecks.Json(json => OllamaDialect.Instance.WriteEmbeddingRequest(request, "up", json)));
    }

    [Theory]
    [InlineData("""{"embeddings":[[1],"x"]}""", "embeddings[1]")]
    [InlineData("""{"embeddings":[[1,"x"]]}""", "embeddings[0]")]
    [InlineData("""{"embedding":[1]}""", "embeddings")]
    public void A_broken_answer_is_named_by_its_path(string body, string field)
    {
        var problems = new ReadProblems();
        Assert.Null(OllamaDialect.Instance.ReadEmbeddings(StreamChecks.Parse(body), problems));
        Assert.Equal(field, problems.Error?.Field);
    }

    [Fact]
    public void An_answer_has_the_counts_that_are_known()
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>([new Embedding<float>(new[] { 0.5f, -1f })]);
        var request = new EmbeddingRequest { Model = "m", Inputs = ["a"] };
        Assert.Equal(
            """{"model":"m","embeddings":[[0.5,-1]],"total_duration":0,"load_duration":0}""",
            StreamChecks.Json(json => OllamaDialect.Instance.WriteEmbeddings(embeddings, request, "m", json)));
    }
}
