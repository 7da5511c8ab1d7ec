using System.Diagnostics;
using System.Text.Json;
using Signalbox.FunctionalTests.Server;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.FunctionalTests.Models;

/// <summary><c>model info</c> and <c>model quantize</c>, as a user types them.</summary>
public sealed class ModelFileCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signalbox-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Info_says_what_a_model_is_and_that_it_fits()
    {
        var (code, output, errors) = await RunAsync("model", "info", Model(), "--context", "128", "--threads", "1");

        Assert.True(code == 0, errors);
        Assert.Contains("model.gguf: llama, ", output, StringComparison.Ordinal);
        Assert.Contains("2 layers of 64, 4 heads (2 of keys and values), feed-forward 160, 320 tokens", output, StringComparison.Ordinal);
        Assert.Contains("Memory for one conversation of 128 positions, F16 cache:", output, StringComparison.Ordinal);
        Assert.Contains(": it fits", output, StringComparison.Ordinal);
        Assert.Contains("GB/s with 1 thread.", output, StringComparison.Ordinal);
        Assert.Contains(" tokens/s", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_prints_JSON()
    {
        var (code, output, errors) = await RunAsync("model", "info", Model(), "--json", "--kv", "Q8_0");

        Assert.True(code == 0, errors);
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        Assert.Equal(("llama", 512, true), (root.GetProperty("architecture").GetString(), root.GetProperty("context_length").GetInt32(), root.GetProperty("fits").GetBoolean()));
        Assert.Equal("F32", root.GetProperty("types")[0].GetProperty("type").GetString());
        Assert.True(root.GetProperty("bandwidth_GB_s").GetDouble() > 0.1);
        var asked = root.GetProperty("as_asked");
        Assert.Equal(("Q8_0", 512), (asked.GetProperty("kv").GetString(), asked.GetProperty("context").GetInt32()));
        Assert.True(asked.GetProperty("tokens_per_second").GetDouble() > asked.GetProperty("tokens_per_second_full").GetDouble());
        Assert.Equal(0, root.GetProperty("alternatives").GetArrayLength());
    }

    [Fact]
    public async Task Info_of_what_does_not_fit_names_what_would()
    {
        // A model trained for a billion positions, whose cache no machine holds.
        var (code, output, errors) = await RunAsync("model", "info", Model(context: 1_000_000_000), "--context", "1000000000");

        Assert.True(code == 0, errors);
        Assert.Contains(": it does not fit", output, StringComparison.Ordinal);
        Assert.Contains("What would fit:", output, StringComparison.Ordinal);
        Assert.Contains("as they are", output, StringComparison.Ordinal);
        Assert.Contains("--type q8_0 --out ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quantized_model_is_smaller_and_says_so_itself()
    {
        var source = Model();
        var target = Path.Combine(_folder.FullName, "small.gguf");
        var (code, output, errors) = await RunAsync("model", "quantize", source, "--type", "q4_0", "--out", target);

        Assert.True(code == 0, errors);
        Assert.Contains("16 of 21 tensors are Q4_0", output, StringComparison.Ordinal);
        Assert.True(new FileInfo(target).Length < new FileInfo(source).Length / 5);
        (code, output, _) = await RunAsync("model", "info", target, "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("Q4_0", json.RootElement.GetProperty("types")[0].GetProperty("type").GetString());

        (code, _, errors) = await RunAsync("model", "quantize", target, "--type", "Q8_0", "--out", Path.Combine(_folder.FullName, "other.gguf"));
        Assert.Equal(2, code);
        Assert.Contains("nothing to gain", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mean_of_two_models_is_a_model_that_answers()
    {
        var target = Path.Combine(_folder.FullName, "mean.gguf");
        var (code, output, errors) = await RunAsync("model", "average", Model(), Model(), "--out", target);

        Assert.True(code == 0, errors);
        Assert.Contains("the mean of 2 models, ", output, StringComparison.Ordinal);
        (code, _, errors) = await RunAsync("model", "run", target, "hello", "--max-tokens", "2", "--threads", "1");
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task Wrong_words_end_with_2_and_wrong_files_with_1()
    {
        var model = Model();
        var other = Path.Combine(_folder.FullName, "other.gguf");
        var text = Path.Combine(_folder.FullName, "text.gguf");
        await File.WriteAllTextAsync(text, "no model", TestContext.Current.CancellationToken);
        new GgufWriter().Set("general.architecture", "llama").Set("general.type", "adapter").WriteTo(other);
        foreach (var (words, expected, said) in new (string[], int, string)[]
        {
            (["model", "info"], 2, "FILE"),
            (["model", "info", model, "--context", "513"], 2, "512 positions"),
            (["model", "info", model, "--context", "many"], 2, "--context must be a whole number"),
            (["model", "info", "no-such.gguf"], 1, "no-such.gguf cannot be opened"),
            (["model", "info", text], 1, "is not a GGUF file"),
            (["model", "info", other], 1, "is a LoRA adapter"),
            (["model", "quantize", model], 2, "--type"),
            (["model", "quantize", model, "--type", "q5_k", "--out", other], 2, "--type must be q8_0 or q4_0, not 'q5_k'"),
            (["model", "quantize", model, "--type", "q8_0", "--out", model], 2, "name another file"),
            (["model", "quantize", text, "--type", "q8_0", "--out", model], 1, "is not a GGUF file"),
            (["model", "average", model, "--out", other], 2, "two models or more"),
            (["model", "average", model, model, "--out", model], 2, "name another file"),
            (["model", "average", model, text, "--out", other], 1, "is not a GGUF file"),
            (["model", "average", model, model, "--out", ""], 2, "--out is empty: name what it stands for."),
            (["model", "quantize", model, "--type", "q8_0", "--out", ""], 2, "--out is empty"),
            (["model", "train", ""], 2, "CONFIG is empty"),
            (["model", "calibrate", "", text], 2, "FILE is empty"),
            (["model", "calibrate", model, text, "--out", ""], 2, "--out is empty"),
            (["model", "finetune", model, text, "--merge", " "], 2, "--merge is empty"),
            (["model", "score", model, "--data", ""], 2, "--data is empty"),
            (["model", "quantise", model], 2, "did you mean 'quantize'?"),
            (["model", "info", "--thrads", "2", model], 2, "Unknown option '--thrads'. Did you mean '--threads'?"),
            (["model", "run", model, "--sed"], 2, "Unknown option '--sed'. Did you mean '--seed'?"),
            (["model", "run", model, " "], 2, "the prompt is empty"),
            (["model", "eval", model, "--tokens", "1,2", "--n", "511"], 2, "--n: 2 tokens of the prompt and 511 more do not fit the model's context of 512; ask for 510 at most"),
        })
        {
            var (code, output, errors) = await RunAsync(words);

            Assert.True(code == expected, $"{string.Join(' ', words)}: {code} {errors}");
            Assert.Equal("", output);
            Assert.Contains(said, errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_prompt_that_looks_like_an_option_goes_behind_a_double_dash()
    {
        var (code, _, errors) = await RunAsync("model", "run", Model(), "--max-tokens", "1", "--threads", "1", "--", "--seed");
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task A_blank_line_asks_nothing()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Signalbox.Server"), ["model", "run", Model(), "--threads", "1"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _folder.FullName,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync("\n  \n\t\n");
        process.StandardInput.Close();
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private string Model(int context = 512)
    {
        var path = Path.Combine(_folder.FullName, "model.gguf");
        RandomModels.Write(new RandomModel { ContextLength = context }, path);
        return path;
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(params string[] words) => ServerProcess.RunAsync(words, "{}");
}
