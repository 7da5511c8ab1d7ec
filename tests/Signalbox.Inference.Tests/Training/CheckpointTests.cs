using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFile _file = new(".ckpt");
    private readonly WorkerPool _pool = new(1);
    private readonly Trainer _trainer;

    public CheckpointTests()
    {
        _trainer = TrainingSetup.Trainer(TrainingSetup.Shape(), TrainingSetup.Options(), _pool);
        Assert.True(_trainer.TrySave(_file.Path, [5], out var fault), fault?.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(3000)]
    [InlineData(-1)]
    public void One_flipped_bit_is_found_and_nothing_is_loaded(int at)
    {
        var bytes = File.ReadAllBytes(_file.Path);
        bytes[at < 0 ? bytes.Length + at : at] ^= 4;
        File.WriteAllBytes(_file.Path, bytes);

        RefuseUnchanged(EngineFaultKind.InvalidFile);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(4000)]
    public void A_cut_off_file_is_found(int length)
    {
        File.WriteAllBytes(_file.Path, File.ReadAllBytes(_file.Path)[..length]);

        RefuseUnchanged(EngineFaultKind.InvalidFile);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        File.Delete(_file.Path);

        Assert.Contains(_file.Path, RefuseUnchanged(EngineFaultKind.InvalidRequest).Message);
    }

    [Fact]
    public void Another_shape_is_refused_with_both_shapes()
    {
        using var other = TrainingSetup.Trainer(TrainingSetup.Shape(layers: 3), TrainingSetup.Options(), _pool);

        Assert.False(other.TryLoad(_file.Path, out _, out var fault));
        Assert.Equal(EngineFaultKind.InvalidRequest, fault.Kind);
        Assert.Contains("Layers = 2", fault.Message);
        Assert.Contains("Layers = 3", fault.Message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_fault_and_leaves_nothing()
    {
        Assert.False(_trainer.TrySave(_file.Path + ".none/a.ckpt", [], out var fault));
        Assert.Contains("cannot be written", fault.Message);
    }

    [Fact]
    public void Accumulated_gradients_are_not_saved_by_mistake()
    {
        _trainer.Accumulate(TrainingSetup.Batch(37, 1, 4));

        Assert.Throws<InvalidOperationException>(() => _trainer.TrySave(_file.Path, [], out _));
    }

    public void Dispose()
    {
        _trainer.Dispose();
        _pool.Dispose();
        _file.Dispose();
    }

    private EngineFault RefuseUnchanged(EngineFaultKind kind)
    {
        _trainer.Step(TrainingSetup.Batch(37, 1, 4));
        var before = _trainer.Parameters["token_embd.weight"].ValueSpan.ToArray();

        Assert.False(_trainer.TryLoad(_file.Path, out _, out var fault));
        Assert.Equal(kind, fault.Kind);
        Assert.Equal(1, _trainer.Steps);
        Assert.Equal(before, _trainer.Parameters["token_embd.weight"].ValueSpan.ToArray());
        return fault;
    }
}
