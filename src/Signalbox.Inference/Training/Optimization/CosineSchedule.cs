namespace Signalbox.Inference.Training.Optimization;

/// <summary>The learning rate over a run: up in a line, then down along half a cosine (arXiv:1608.03983), then flat.</summary>
internal sealed record CosineSchedule
{
    /// <summary>The highest, at the end of the warm-up.</summary>
    public required double Peak { get; init; }

    /// <summary>The lowest after the peak; 0 unless set.</summary>
    public double Floor { get; init; }

    /// <summary>Steps until the peak; 0 starts with it.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>Steps until the floor, warm-up included.</summary>
    public required int TotalSteps { get; init; }

    /// <param name="step">From 0.</param>
    public double At(long step)
    {
        if (step < WarmUpSteps)
        {
            return Peak * (step + 1) / WarmUpSteps;
        }

        if (step >= TotalSteps)
        {
            return Floor;
        }

        var done = (double)(step - WarmUpSteps) / (TotalSteps - WarmUpSteps);
        return Floor + (Peak - Floor) * 0.5 * (1 + Math.Cos(Math.PI * done));
    }
}
