using Signalbox.Configuration;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Configuration;

/// <summary>Settings that contradict each other are errors; settings without an effect are warnings.</summary>
public class RouteSettingsTests
{
    [Theory]
    [InlineData(""" "experiment": { "by": "sesion" } """, "experiment.by", "did you mean 'session'?")]
    [InlineData(""" "experiment": { "by": "tags:team" } """, "experiment.by", "did you mean 'tag:NAME'?")]
    [InlineData(""" "experiment": { "by": "tag:" } """, "experiment.by", "names no tag; write tag:NAME")]
    [InlineData(""" "experiment": { "by": "tag: " } """, "experiment.by", "names no tag; write tag:NAME")]
    [InlineData(""" "experiment": { "by": "everyone:secret" } """, "experiment.by", "known here: key, session, tag:NAME")]
    [InlineData(""" "experiment": { "shares": { "a": 0, "b": 0 } } """, "experiment.shares", "are all 0")]
    [InlineData(""" "weights": { "a": 0 } """, "weights", "are all 0")]
    [InlineData(""" "balance": { "cost": 0, "quality": 0, "latency": 0 } """, "balance", "are all 0")]
    [InlineData(""" "balance": { "cost": 1000001 } """, "balance.cost", "a number from 0 to 1000000, found 1000001")]
    [InlineData(""" "rules": { "simpleBelow": 0.8 } """, "rules.simpleBelow", "is 0.8 and more than complexFrom, 0.7")]
    [InlineData(""" "learned": { "weak": "a", "strong": "a" } """, "learned.strong", "'a' is the weak model too")]
    [InlineData(""" "learned": { "weak": "a", "strong": "ollama/a" } """, "learned.strong", "'ollama/a' is the weak model too")]
    [InlineData(""" "learned": { "strongShare": 0.5, "targetQuality": 0.5 } """, "learned.targetQuality", "only one of them can decide")]
    [InlineData(""" "learned": { "weights": "a\u0000b" } """, "learned.weights", "is not a path")]
    [InlineData(""" "cascade": { "checks": [] } """, "cascade.checks", "is empty; expected a list of checks, at least one")]
    [InlineData(""" "task": "" """, "task", "expected a task, found an empty string")]
    [InlineData(""" "task": "chat, translation" """, "task", "is one word without blanks and commas")]
    [InlineData(""" "tasks": { "": ["a"] } """, "tasks['']", "is one word without blanks and commas")]
    [InlineData(""" "tasks": { "two words": ["a"] } """, "tasks['two words']", "is one word without blanks and commas")]
    public void A_contradiction_is_an_error_that_says_what_to_do(string setting, string path, string message)
    {
        var error = Given.OneError(With(setting));

        Assert.Equal($"$.routes.r.{path}", error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tag:secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "weights": { "a": 1, "c": 1 } """, "weights.c", "'c' is not a model of this route")]
    [InlineData(""" "experiment": { "shares": { "c": 1 } } """, "experiment.shares.c", "'c' is not a model of this route")]
    [InlineData(""" "learned": { "weak": "c" } """, "learned.weak", "'c' is not a model of this route")]
    [InlineData(""" "learned": { "strong": "ollama/c" } """, "learned.strong", "'ollama/c' is not a model of this route")]
    [InlineData(""" "strategy": "quality", "cascade": { "threshold": 0.5 } """, "cascade", "is for the strategy cascade, and the route's is quality")]
    [InlineData(""" "strategy": "quality", "learned": { "weak": "a" } """, "learned", "is for the strategy learned")]
    [InlineData(""" "strategy": "quality", "cascade": { "checks": ["refusal"] } """, "cascade", "is for the strategy cascade")]
    [InlineData(""" "strategy": "quality", "experiment": { "shares": { "a": 1 } } """, "experiment", "is for the strategy ab")]
    [InlineData(""" "strategy": "ab", "weights": { "a": 1 } """, "weights", "is for the strategy weighted")]
    [InlineData(""" "strategy": "weighted", "experiment": { "seed": "x" } """, "experiment", "is for the strategy ab")]
    [InlineData(""" "tasks": { "translaton": ["a"] } """, "tasks.translaton", "did you mean 'translation'?")]
    [InlineData(""" "task": "text-summarization" """, "task", "did you mean 'text_summarization'?")]
    [InlineData(""" "task": "invoice", "tasks": { "invoices": ["a"] } """, "task", "did you mean 'invoices'?")]
    public void A_setting_without_effect_is_a_warning(string setting, string path, string message) => AssertWarning(With(setting), $"$.routes.r.{path}", message);

    [Theory]
    [InlineData(""" "strategy": "cascade" """, "strategy", "a cascade needs a second")]
    [InlineData(""" "hedge": { "enabled": true } """, "hedge", "the second request goes to another")]
    public void One_model_is_not_enough_for_what_needs_two(string setting, string path, string message) =>
        AssertWarning(With(setting, """["a", "ollama/a"]"""), $"$.routes.r.{path}", message);

    [Theory]
    [InlineData(""" "weights": { "a": 0, "ollama/b": 1 }, "experiment": { "by": "tag:team", "shares": { "a": 1 } }, "learned": { "weak": "a", "strong": "b", "strongShare": 0 } """)]
    [InlineData(""" "strategy": "cascade", "cascade": { "checks": ["refusal"], "checker": "c" }, "hedge": { "enabled": true }, "learned": {}, "experiment": { "by": "key" } """)]
    [InlineData(""" "rules": { "simpleBelow": 0.7, "complexFrom": 0.7 }, "balance": { "cost": 0, "quality": 1000000 } """)]
    [InlineData(""" "strategy": "quality", "cascade": { "checks": ["logprob", "json", "refusal"] }, "experiment": { "shares": {} }, "learned": { "weak": null } """)]
    [InlineData(""" "strategy": "learned", "fallbacks": ["c"], "learned": { "strong": "c" }, "tasks": { "invoices": ["a"], "chat": ["b"] }, "task": "invoices" """)]
    public void What_fits_together_is_not_talked_about(string setting) => Assert.Empty(Given.Parse(With(setting)).Problems);

    [Fact]
    public void Models_of_routes_within_a_route_are_its_models() => Assert.Empty(Given.Parse(With(""" "weights": { "c": 1 } """, """["s"]""")).Problems);

    [Fact]
    public void A_use_case_may_be_a_routes_own_word_and_is_looked_at_like_a_task()
    {
        const string Route = """ "r": { "models": ["a"], "task": "invoices" } """;

        Assert.Empty(Given.Parse(Model("""["invoices", "translation", "poetry"]""", Route)).Problems);
        AssertWarning(Model("""["chat", "invoice"]""", Route), "$.models.a.useCases[1]", "did you mean 'invoices'?");
        Assert.Equal("$.models.a.useCases[0]", Given.OneError(Model("""["a b"]""", Route)).Path);

        static string Model(string useCases, string routes) =>
            $$"""{ "providers": { "ollama": {} }, "models": { "a": { "provider": "ollama", "useCases": {{useCases}} } }, "routes": { {{routes}} } }""";
    }

    [Fact]
    public void The_first_wait_cannot_be_longer_than_the_longest() =>
        Assert.Equal("$.resilience.baseDelay", Given.OneError("""{ "providers": { "ollama": {} }, "resilience": { "baseDelay": "9s" } }""").Path);

    [Fact]
    public void A_blank_word_is_an_error() =>
        Assert.Equal("$.sensitivity.words.w.words[1]", Given.OneError("""{ "providers": { "ollama": {} }, "sensitivity": { "words": { "w": { "words": ["x", " "] } } } }""").Path);

    [Theory]
    [InlineData("""{ "enabled": true, "kinds": ["card", "iban"] }""", "{}", true)]
    [InlineData("""{ "enabled": true, "kinds": ["card", "email"] }""", "{}", false)]
    [InlineData("""{ "enabled": true, "kinds": ["card"] }""", """{ "card": "internal" }""", false)]
    [InlineData("""{ "enabled": true }""", "{}", false)]
    [InlineData("""{ "enabled": false, "kinds": ["card"] }""", "{}", false)]
    public void Masking_that_could_mask_nothing_is_a_warning(string masking, string labels, bool isWarned)
    {
        var result = Given.Parse($$"""{ "providers": { "ollama": {} }, "sensitivity": { "labels": {{labels}}, "masking": {{masking}} } }""");

        Assert.NotNull(result.Config);
        Assert.Equal(isWarned ? ["$.sensitivity.masking.kinds"] : [], result.Problems.Select(static problem => problem.Path));
    }

    [Fact]
    public void The_known_names_of_an_unknown_one_are_each_said_once()
    {
        var error = Given.OneError("""{ "providers": { "ollama": {} }, "models": { "a": { "provider": "ollama" } }, "routes": { "auto": { "models": ["nothing-like-it"] } } }""");

        Assert.EndsWith("known here: a, auto", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_file_of_weights_is_looked_for_beside_the_config()
    {
        using var folder = new TemporaryFolder();
        var weights = typeof(SignalboxConfig).Assembly.GetManifestResourceStream("difficulty.weights")!;
        Directory.CreateDirectory(Path.Combine(folder.Path, "sub"));
        var file = Path.Combine(folder.Path, "sub", "own.weights");
        using (var copy = File.Create(file))
        {
            weights.CopyTo(copy);
        }

        var path = folder.Write("signalbox.json", With(""" "learned": { "weights": "sub/own.weights" } """));
        var result = ConfigLoader.Load(path, Given.Nothing);

        Assert.Empty(result.Problems);
        Assert.Equal(file, result.Config!.Routes["r"].Learned.Weights);
        Assert.NotEqual(folder.Path, Directory.GetCurrentDirectory());
    }

    [Fact]
    public void Without_a_file_a_relative_path_starts_from_the_working_folder()
    {
        var error = Given.OneError(With(""" "learned": { "weights": "no-such.weights" } """));

        Assert.Equal("$.routes.r.learned.weights", error.Path);
        Assert.Contains(Path.Combine(Directory.GetCurrentDirectory(), "no-such.weights"), error.Message, StringComparison.Ordinal);
    }

    private static void AssertWarning(string json, string path, string message)
    {
        var result = Given.Parse(json);

        Assert.NotNull(result.Config);
        var warning = Assert.Single(result.Problems);
        Assert.Equal(path, warning.Path);
        Assert.Contains(message, warning.Message, StringComparison.Ordinal);
    }

    private static string With(string setting, string models = """["a", "b"]""") => $$"""
        { "providers": { "ollama": {} },
          "models": { "a": { "provider": "ollama" }, "b": { "provider": "ollama" }, "c": { "provider": "ollama" } },
          "routes": { "r": { "models": {{models}}, {{setting}} }, "s": { "models": ["c"] } } }
        """;
}
