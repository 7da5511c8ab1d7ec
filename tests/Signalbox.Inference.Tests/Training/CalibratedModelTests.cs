using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Sessions;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Training.Calibration;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Tests.Training;

public sealed class CalibratedModelTests : IDisposable
{
    private static readonly ConfidenceMap Map = new(0.25, [0.5, 0.125, -1, 2]);
    private static readonly string[] Topics = ["atm-fees", "lost-card", "refuse-fraud", "care-self-harm", "unknown-future"];

    private readonly TemporaryFile _out = new(".gguf");

    public void Dispose() => _out.Dispose();

    [Theory]
    [InlineData((int)TensorType.Q8_0)]
    [InlineData((int)TensorType.Q6_K)]
    public void A_calibrated_file_differs_from_its_source_in_the_calibration_only(int type)
    {
        var model = new RandomModel { Type = (TensorType)type, EmbeddingLength = 256, FeedForwardLength = 256, Metadata = static writer => writer.Set("general.alignment", 64u) };
        using var source = RandomModels.Create(model);
        Assert.True(CalibratedFile.TryWrite(source.Path, _out.Path, Map, out var fault), fault?.Message);

        using (var before = Open(source.Path))
        using (var after = Open(_out.Path))
        {
            Assert.Equal(before.Tensors.Select(static tensor => (tensor.Name, tensor.Type)), after.Tensors.Select(static tensor => (tensor.Name, tensor.Type)));
            Assert.All(before.Tensors, tensor => Assert.True(Bytes(tensor).SequenceEqual(Bytes(after.Find(tensor.Name)!)), tensor.Name));
            Assert.Equal([.. before.Metadata.Keys, ConfidenceMap.BiasKey, ConfidenceMap.WeightsKey], after.Metadata.Keys);
            Assert.All(before.Metadata.Keys, key => Assert.Equal(ValueOf(before, key), ValueOf(after, key)));
            var read = ConfidenceMap.Read(after.Metadata);
            Assert.Equal([Map.Bias, .. Map.Weights], [read.Bias, .. read.Weights]);
        }

        // Once more, over itself and with another map: the one that it had is gone.
        var first = File.ReadAllBytes(_out.Path);
        Assert.True(CalibratedFile.TryWrite(_out.Path, _out.Path, new ConfidenceMap(7, [1, 2, 3, 4]), out fault), fault?.Message);
        Assert.False(first.AsSpan().SequenceEqual(File.ReadAllBytes(_out.Path)));
        Assert.True(CalibratedFile.TryWrite(_out.Path, _out.Path, Map, out fault), fault?.Message);
        Assert.True(first.AsSpan().SequenceEqual(File.ReadAllBytes(_out.Path)));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_out.Path) + "*.tmp"));
    }

    [Fact]
    public async Task A_calibrated_model_gives_the_same_answers_with_the_same_features()
    {
        using var source = RandomModels.Create(new RandomModel());
        Assert.True(CalibratedFile.TryWrite(source.Path, _out.Path, Map, out var fault), fault?.Message);
        CalibrationQuestion[] questions = [.. Enumerable.Range(1, 6).Select(static i => new CalibrationQuestion(i, $"question {i} of six", "x"))];

        var before = await AskAsync(source.Path, questions);
        var after = await AskAsync(_out.Path, questions);
        Assert.Equal(before, after);
        Assert.All(before, static answer => Assert.False(answer.Right));
        Assert.Contains(before, static answer => answer is { Features: not null, Said.Length: > 0 });
        Assert.True(before.DistinctBy(static answer => answer.Features).Count() > 1);

        // What was said is right where it was expected.
        var expected = before.Select(static (answer, i) => i % 2 == 0 ? answer.Question with { Expected = answer.Said + " " } : answer.Question);
        Assert.Equal([true, false, true, false, true, false], (await AskAsync(source.Path, [.. expected])).Select(static answer => answer.Right));
        var worded = expected.Select(static (question, i) => question with { Answer = i == 0 ? question.Expected : "other words" });
        Assert.Equal([true, false, false, false, false, false], (await AskAsync(source.Path, [.. worded])).Select(static answer => answer.Right));
    }

    [Fact]
    public async Task A_question_that_follows_another_is_asked_after_the_models_own_answer_to_that()
    {
        const string Template = "{% for m in messages %}{{ (m['content'] | trim)[:24] }}{% if not loop.last %} {% endif %}{% endfor %}";
        using var source = RandomModels.Create(new RandomModel { Metadata = static writer => writer.Set("tokenizer.chat_template", Template) });
        var first = Assert.Single(await AskAsync(source.Path, [new(1, "where", "x")]));
        Assert.NotEqual("", first.Said);

        var following = Assert.Single(await AskAsync(source.Path, [new(1, "and then?", "x") { Before = "where" }]));
        using var plain = RandomModels.Create(new RandomModel { Metadata = static writer => writer.Set("tokenizer.chat_template", "{{ messages[0]['content'] }}") });
        var written = Assert.Single(await AskAsync(plain.Path, [new(1, $"where {first.Said[..Math.Min(24, first.Said.Length)]} and then?", "x")]));
        Assert.Equal(written.Said, following.Said);
    }

    [Fact]
    public async Task Questions_that_the_engine_refuses_are_named_by_their_lines()
    {
        using var source = RandomModels.Create(new RandomModel());
        var faults = new List<(int Line, EngineFault Fault)>();
        var done = new List<int>();
        CalibrationQuestion[] questions = [new(2, "short", "x"), new(5, string.Concat(Enumerable.Repeat("long ", 200)), "x"), new(3, string.Concat(Enumerable.Repeat("longer ", 200)), "x")];
        await AskAsync(source.Path, questions, atOnce: 3, faults, done.Add);

        Assert.Equal([3, 5], faults.Select(static fault => fault.Line));
        Assert.All(faults, static fault => Assert.Equal(EngineFaultKind.ContextLength, fault.Fault.Kind));
        Assert.Equal([1, 2, 3], done);
    }

    [Fact]
    public void Lines_of_a_model_with_topics_are_read_and_every_problem_is_named_with_its_line()
    {
        var (questions, problems) = Read(Topics, """
            {"topic": "atm-fees", "question": "what does cash cost"}

            {"topic": "refuse", "question": "rob a bank"}
            {"topic": "atm-fees", "before": "lost my card", "question": "and cash?", "answer": "Free."}
            """);
        Assert.Empty(problems);
        Assert.Equal(
            [new(1, "what does cash cost", "atm-fees"), new(3, "rob a bank", "refuse"), new CalibrationQuestion(4, "and cash?", "atm-fees") { Before = "lost my card", Answer = "Free." }], questions);

        (_, problems) = Read(Topics, """
            {"topic": "atm-fee", "question": "what does cash cost"}
            {"topic": "weather", "question": "will it rain"}
            {"topic": "lost-card"}
            not json
            {"question": "where", "answer": "there"}
            {"topic": "lost-card", "question": " ", "id": 4}
            """);
        Assert.Collection(
            problems,
            static p => Assert.Equal("data:1: topic: \"atm-fee\" is no topic of this model; did you mean \"atm-fees\"?", p),
            static p => Assert.Equal("data:2: topic: \"weather\" is no topic of this model; use a topic that the model was trained on.", p),
            static p => Assert.Equal("data:3: question: is missing; give a text.", p),
            static p => Assert.StartsWith("data:4: this is no JSON", p, StringComparison.Ordinal),
            static p => Assert.StartsWith("data:5: topic: is missing; this model names topics", p, StringComparison.Ordinal),
            static p => Assert.StartsWith("data:6: id: is not a known field", p, StringComparison.Ordinal),
            static p => Assert.StartsWith("data:6: question: is empty", p, StringComparison.Ordinal));
        Assert.Contains("\"refuse\" is no topic", Assert.Single(Read(["atm-fees"], """{"topic": "refuse", "question": "rob a bank"}""").Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_a_model_without_topics_need_an_answer()
    {
        var (questions, problems) = Read([], """
            {"question": "where", "answer": "there"}
            {"topic": "atm-fees", "question": "where"}
            """);
        Assert.Equal(new CalibrationQuestion(1, "where", "there"), Assert.Single(questions));
        Assert.StartsWith("data:2: answer: is missing; this model names no topics", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("atm-fees", "atm-fees", true)]
    [InlineData("atm-fees", "lost-card", false)]
    [InlineData("atm-fees", "", false)]
    [InlineData("refuse", "refuse-fraud", true)]
    [InlineData("refuse", "care-self-harm", true)]
    [InlineData("refuse", "unknown-future", false)]
    [InlineData("refuse", "refused", false)]
    [InlineData("refuse-fraud", "refuse-fraud", true)]
    [InlineData("refuse-fraud", "refuse-harm", false)]
    public void An_answer_is_right_when_it_names_the_topic_and_any_refusal_is_as_good_as_another(string expected, string said, bool right) =>
        Assert.Equal(right, RefusalTopics.Match(expected, said));

    private static (IReadOnlyList<CalibrationQuestion> Questions, IReadOnlyList<string> Problems) Read(string[] topics, string text)
    {
        using var file = new TemporaryFile(".jsonl");
        File.WriteAllText(file.Path, text);
        var questions = new CalibrationData(topics, static (given, known) => known.FirstOrDefault(name => name.StartsWith(given, StringComparison.Ordinal))).Read(file.Path, out var problems);
        return (questions, [.. problems.Select(problem => problem.Replace(file.Path, "data", StringComparison.Ordinal))]);
    }

    /// <summary>One at a time, so that nothing depends on which questions share a pass.</summary>
    private static async Task<JudgedAnswer[]> AskAsync(
        string path, CalibrationQuestion[] questions, int atOnce = 1, List<(int Line, EngineFault Fault)>? faults = null, Action<int>? progress = null)
    {
        Assert.True(InferenceEngine.TryLoad(path, LoadedEngine.Options with { ContextLength = 128 }, TimeProvider.System, out var engine, out var fault), fault?.Message);
        await using (engine)
        {
            var found = faults ?? [];
            var answers = await new CalibrationRun(engine, byTopic: false).AskAsync(questions, atOnce, progress, found, TestContext.Current.CancellationToken);
            Assert.True(faults is not null || found.Count == 0);
            return answers;
        }
    }

    private static GgufFile Open(string path)
    {
        Assert.True(GgufFile.TryOpen(path, out var file, out var fault), fault?.Message);
        return file;
    }

    private static (GgufValueType, long, string) ValueOf(GgufFile file, string key)
    {
        Assert.True(file.Metadata.TryGetValue(key, out var value));
        return (value.Type, value.Count, Convert.ToHexString(value.Bytes.Span));
    }

    private static unsafe ReadOnlySpan<byte> Bytes(GgufTensor tensor) => new(tensor.Data, (int)tensor.ByteCount);
}
