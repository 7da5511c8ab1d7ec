using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.LoadedEngine;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class EngineAdapterTests
{
    [Fact]
    public async Task Requests_with_and_without_an_adapter_run_at_once_and_share_no_cache()
    {
        await using var engine = new LoadedEngine(options: Options with { MinimumSlots = 4 });
        using var file = Write();
        Assert.True(engine.Engine.TryAddAdapter("poet", file.Path, out var fault), fault?.Message);
        var plain = Request(Prompt(1, 30), 12);
        var adapted = plain with { Adapters = [new ActiveAdapter(engine.Engine.FindAdapter("poet")!, 1)] };
        var alone = (await engine.TokensAsync(plain), await engine.TokensAsync(adapted));
        Assert.NotEqual(alone.Item1, alone.Item2);

        var together = await Task.WhenAll(new[] { plain, adapted, plain, adapted }.Select(engine.AnswerAsync));

        Assert.Equal([alone.Item1, alone.Item2, alone.Item1, alone.Item2], together.Select(events => events.Where(step => step.Token >= 0).Select(step => step.Token).ToArray()));
        Assert.Equal([29, 29, 29, 29], together.Select(events => events[^1].Usage!.CachedTokens));
    }

    [Fact]
    public async Task A_chat_names_its_adapters_in_any_of_three_ways()
    {
        await using var engine = new LoadedEngine();
        using var file = Write();
        Assert.True(engine.Engine.TryAddAdapter("poet", file.Path, out var fault), fault?.Message);
        using var client = new LocalChatClient(engine.Engine, "small");
        var texts = new List<string>();
        foreach (var lora in new object?[] { null, Json("[]"), "poet", new[] { "poet" }, Json("\"poet\""), Json("""[{"name":"poet"}]"""), Json("""{"name":"poet","scale":1}""") })
        {
            var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 20, AdditionalProperties = new() { ["lora"] = lora } };
            texts.Add((await client.GetResponseAsync("hello", options, TestContext.Current.CancellationToken)).Text);
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
        Assert.Single(texts[2..].Distinct());
    }

    [Fact]
    public async Task A_chat_that_repeats_an_adapter_or_names_more_than_eight_is_refused()
    {
        await using var engine = new LoadedEngine();
        using var file = Write();
        string[] names = [.. Enumerable.Range(0, 9).Select(i => $"a{i}")];
        Assert.All(names, name => Assert.True(engine.Engine.TryAddAdapter(name, file.Path, out _)));
        Assert.True(TryRead(names[..8], out _));
        Assert.False(TryRead(names, out var fault));
        Assert.Contains("at most 8", fault!.Message);
        Assert.False(TryRead(["a1", "a2", "a1"], out fault));
        Assert.Contains("a1 more than once", fault!.Message);

        bool TryRead(string[] lora, out EngineFault? fault) =>
            LocalAdapters.TryRead(new ChatOptions { AdditionalProperties = new() { ["lora"] = lora } }, engine.Engine, out _, out fault);
    }

    [Fact]
    public async Task A_name_is_taken_once_and_a_file_that_is_no_adapter_is_refused()
    {
        await using var engine = new LoadedEngine();
        using var file = Write();
        Assert.True(engine.Engine.TryAddAdapter("poet", file.Path, out _));
        Assert.False(engine.Engine.TryAddAdapter("poet", file.Path, out var fault));
        Assert.Contains("poet", fault.Message);
        using var model = RandomModels.Create(new RandomModel());
        Assert.False(engine.Engine.TryAddAdapter("model", model.Path, out fault));
        Assert.NotEmpty(fault.Message);
        Assert.Equal(["poet"], engine.Engine.AdapterNames);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static TemporaryFile Write()
    {
        var file = new TemporaryFile(".gguf");
        var random = new Random(5);
        new GgufWriter()
            .Set("general.type", "adapter")
            .Set("general.architecture", "llama")
            .Set("adapter.type", "lora")
            .Set("adapter.lora.alpha", 8f)
            .Add("blk.0.attn_q.weight.lora_a", TensorType.F32, [64, 4], stream => stream.Write(Values(random, 256)))
            .Add("blk.0.attn_q.weight.lora_b", TensorType.F32, [4, 64], stream => stream.Write(Values(random, 256)))
            .Add("blk.1.ffn_down.weight.lora_a", TensorType.F32, [160, 4], stream => stream.Write(Values(random, 640)))
            .Add("blk.1.ffn_down.weight.lora_b", TensorType.F32, [4, 64], stream => stream.Write(Values(random, 256)))
            .WriteTo(file.Path);
        return file;
    }

    private static byte[] Values(Random random, int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)(random.NextDouble() - 0.5);
        }

        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
