using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

public sealed class TrainingConfigReaderTests : IDisposable
{
    private readonly SmallCorpora _files = new();

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        Assert.Empty(Problems(""));
        Assert.Empty(Problems("\"samples\": [\"where is my card\"]"));
    }

    /// <summary>What stands for a wrong value breaks no rule about others.</summary>
    [Theory]
    [InlineData("\"shape\": {\"embeddingLength\": \"320\", \"heads\": 6}", "shape.embeddingLength: must be a whole number")]
    [InlineData("\"shape\": {\"embeddingLength\": 33, \"heads\": 2}", "shape.embeddingLength: 33 must be a multiple of 32")]
    [InlineData("\"shape\": {\"embeddingLength\": 256, \"heads\": 0}", "shape.heads: must be a whole number")]
    [InlineData("\"shape\": {\"heads\": 0, \"keyValueHeads\": 2}", "shape.heads: must be a whole number")]
    [InlineData("\"shape\": {\"contextLength\": 1}, \"learning\": {\"epochs\": 1, \"batchTokens\": 256}", "shape.contextLength: must be a whole number")]
    [InlineData("\"shape\": [], \"learning\": {\"epochs\": 1, \"batchTokens\": 256}", "shape: must be an object")]
    [InlineData("\"learning\": {\"epochs\": 1, \"learningRate\": 2, \"finalLearningRate\": 0.5}", "learning.learningRate: must be a number")]
    [InlineData("\"learning\": 3", "learning: must be an object")]
    [InlineData("\"output\": \"run\"", "output: must be an object")]
    [InlineData("\"weights\": {\"question\": -1, \"topic\": 0, \"answer\": 0}", "weights.question: must be a number")]
    [InlineData("\"weights\": {\"topics\": {\"refuse-\": -1}}", "weights.topics.refuse-: must be a number")]
    [InlineData("\"weights\": {\"topics\": 2}", "weights.topics: must be an object")]
    [InlineData("\"augmentation\": {\"greetings\": 0.5, \"greetingTexts\": \"hi\"}", "augmentation.greetingTexts: must be a list")]
    [InlineData("\"augmentation\": {\"synonyms\": 0.5, \"synonymFile\": \"none.txt\"}", "augmentation.synonymFile: none.txt cannot be read")]
    public void A_wrong_value_is_one_problem(string fields, string expected) => Assert.StartsWith($"train.json: {expected}", Assert.Single(Problems(fields)), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"shape\": {\"embeddingLength\": 256, \"heads\": 6}", "shape.heads: 6 heads must share embeddingLength (256)")]
    [InlineData("\"shape\": {\"keyValueHeads\": 2}", "shape.keyValueHeads: 2 must divide heads (5)")]
    [InlineData("\"learning\": {\"epochs\": 1, \"batchTokens\": 256}", "learning.batchTokens: 256 is less than shape.contextLength (512)")]
    [InlineData("\"learning\": {}", "learning.epochs: or minutes must say how long")]
    [InlineData("\"output\": {}", "output.folder: is missing")]
    [InlineData("\"weights\": {\"topic\": 0, \"answer\": 0}", "weights.answer: and topic and question are all 0")]
    [InlineData("\"augmentation\": {\"greetings\": 0.5}", "augmentation.greetings: needs greetingTexts")]
    public void A_rule_that_is_broken_is_said(string fields, string expected) => Assert.StartsWith($"train.json: {expected}", Assert.Single(Problems(fields)), StringComparison.Ordinal);

    [Fact]
    public void A_place_in_a_list_counts_what_was_wrong_before_it()
    {
        var problems = Problems("\"data\": [1, \"none.json\"], \"output\": {\"folder\": \"run\", \"types\": [2, \"q3_k\"]}");
        Assert.Equal(["data[0]", "data[1]", "output.types[0]", "output.types[1]"], problems.Select(static problem => problem.Split(": ")[1]));
    }

    [Fact]
    public void A_configuration_changes_fields_of_the_one_that_it_extends()
    {
        _files.Write("corpus.txt", "words");
        _files.Write("first.json", """{"name": "n", "data": ["corpus.txt"], "learning": {"epochs": 2, "seed": 3}, "weights": {"topics": {"a-": 2, "b-": 3}}, "samples": ["x", "y"], "output": {"folder": "run"}}""");
        _files.Write("second.json", """{"extends": "first.json", "learning": {"epochs": null, "minutes": 5}, "weights": {"topics": {"b-": 4}},} // trailing""");
        Assert.True(TrainingConfigReader.TryRead(_files.Write("third.json", """{"extends": "second.json", "samples": ["z"], "output": {"folder": "other"}}"""), out var config, out var problems), string.Join('\n', problems));

        Assert.Equal(("n", 5.0, null, 3), (config.Name, config.Learning.Minutes, config.Learning.Epochs, config.Learning.Seed));
        Assert.Equal([("a-", 2f), ("b-", 4f)], config.Weights.Topics!.Select(static pair => (pair.Key, pair.Value)));
        Assert.Equal(["z"], config.Samples);
        Assert.Equal(Path.Combine(_files.Folder, "other"), config.Output.Folder);
        Assert.DoesNotContain("extends", System.Text.Encoding.UTF8.GetString(config.Source), StringComparison.Ordinal);

        Assert.False(TrainingConfigReader.TryRead(_files.Write("wrong.json", """{"extends": "third.json", "name": "\ud800", "learning": {"extends": 1, "minutes": null}}"""), out _, out problems));
        Assert.All(problems, problem => Assert.StartsWith($"{_files.Folder}/wrong.json (extends third.json, second.json, first.json): ", problem, StringComparison.Ordinal));
        Assert.All(
            ["name: holds half of a surrogate pair", "learning.epochs: or minutes must say how long", "learning.extends: is not a known field"],
            expected => Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{\"extends\": 1}", "train.json: extends: must be a text, not a number.")]
    [InlineData("{\"extends\": \"none.json\"}", "train.json: extends: there is no file none.json.")]
    [InlineData("{\"extends\": \"../none.json\"}", "train.json: extends: \"../none.json\" must be the name of a file in the same folder")]
    [InlineData("{\"extends\": \"a\\u0000\"}", "train.json: extends: \"a\0\" must be the name of a file in the same folder")]
    [InlineData("{\"extends\": \"list.json\", \"name\": \"\\ud800\"}", "train.json: extends: list.json must hold an object.")]
    [InlineData("{\"extends\": \"train.json\"}", "train.json: extends: \"train.json\" leads back here")]
    [InlineData("{\"extends\": \"back.json\"}", "back.json: extends: \"train.json\" leads back here")]
    [InlineData("{\"extends\": \"list.json\"}", "train.json: extends: list.json must hold an object.")]
    [InlineData("{\"extends\": \"broken.json\"}", "broken.json: this is no JSON")]
    public void What_cannot_be_extended_is_said(string text, string expected)
    {
        _files.Write("back.json", "{\"extends\": \"train.json\"}");
        _files.Write("list.json", "[]");
        _files.Write("broken.json", "{");
        Assert.False(TrainingConfigReader.TryRead(_files.Write("train.json", text), out _, out var problems));
        Assert.StartsWith(expected, Assert.Single(problems).Replace(_files.Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_configuration()
    {
        Assert.False(TrainingConfigReader.TryRead(_files.Folder, out _, out var problems));
        Assert.Contains("is a folder: name the configuration in it", Assert.Single(problems), StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    /// <summary>What is wrong with a configuration that is right but for these fields.</summary>
    private List<string> Problems(string fields)
    {
        _files.Write("corpus.txt", "words");
        var others = new Dictionary<string, string>
        {
            ["name"] = "\"n\"", ["data"] = "[\"corpus.txt\"]", ["learning"] = "{\"epochs\": 1}", ["output"] = "{\"folder\": \"run\"}",
        }.Where(other => !fields.Contains($"\"{other.Key}\":", StringComparison.Ordinal)).Select(static other => $"\"{other.Key}\": {other.Value}");
        TrainingConfigReader.TryRead(_files.Write("train.json", $"{{{string.Join(", ", others.Append(fields).Where(static field => field.Length > 0))}}}"), out _, out var problems);
        return [.. problems.Select(problem => problem.Replace(_files.Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))];
    }
}
