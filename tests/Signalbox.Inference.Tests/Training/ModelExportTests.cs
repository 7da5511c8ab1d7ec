using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Runs;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Training;

public sealed class ModelExportTests
{
    [Fact]
    public void The_engine_computes_the_trainers_logits_from_the_exported_file() => Assert.InRange(LargestDifference(), 0, 1e-4f);

    [Fact]
    public void One_changed_weight_would_be_noticed() =>
        Assert.InRange(LargestDifference(static trainer => trainer.Parameters["blk.1.attn_k.weight"].ValueSpan[40] += 0.5f), 1e-3f, float.MaxValue);

    /// <param name="change">Of the trainer, after it was exported.</param>
    private static float LargestDifference(Action<Trainer>? change = null)
    {
        const int Vocabulary = 300;
        using var pool = new WorkerPool(2);
        using var trainer = TrainingSetup.Trainer(TrainingSetup.Shape(vocabulary: Vocabulary), TrainingSetup.Options(), pool);
        using var path = new TemporaryFile(".gguf");
        var writer = ModelExport.AddTo(new GgufWriter(), trainer.Shape, trainer.Parameters);
        RandomVocabularies.Set(writer, new RandomModel { VocabularySize = Vocabulary });
        writer.WriteTo(path.Path);
        change?.Invoke(trainer);

        var batch = TrainingSetup.Batch(Vocabulary, 3, 40);
        var expected = new float[40 * Vocabulary];
        trainer.Model.Logits(batch, [.. Enumerable.Range(0, 40)], expected);

        Assert.True(GgufFile.TryOpen(path.Path, out var file, out var fault), fault?.Message);
        using (file)
        {
            Assert.True(LanguageModel.TryLoad(file, pool, 64, out var model, out fault), fault?.Message);
            using (model)
            using (var cache = new KvCache(model.Config, 64, KvCacheType.F32))
            {
                var pass = new Batch(64);
                pass.Add(cache, batch.Tokens, LogitsWanted.All, []);
                model.Forward(pass, TestContext.Current.CancellationToken);
                return Enumerable.Range(0, 40).Max(i => LoadedModel.Distance(expected[(i * Vocabulary)..((i + 1) * Vocabulary)], model.Logits(i).ToArray()));
            }
        }
    }
}
