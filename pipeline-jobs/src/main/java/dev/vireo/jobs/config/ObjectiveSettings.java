// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import dev.vireo.objective.Cpo;
import dev.vireo.objective.Divergence;
import dev.vireo.objective.Dpo;
import dev.vireo.objective.DpoOptions;
import dev.vireo.objective.Kto;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.objective.PairLoss;
import dev.vireo.objective.Sft;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What training optimises.
 *
 * @param kind its name
 * @param objective the objective with its settings
 * @param reference {@link #START}, {@link #BASE} or an adapter's directory; without meaning where the objective has no reference
 * @param referenceScores output of {@code score} that holds the reference; {@link #NONE} computes it
 * @param beta strength of the preference
 */
public record ObjectiveSettings(Kind kind, Objective objective, String reference, String referenceScores, double beta)
        implements Serializable {
    /** The reference is the model as it is when training starts. */
    public static final String START = "start";
    /** The reference is the model without any adapter. */
    public static final String BASE = "base";

    /** No output of {@code score} is given. */
    public static final String NONE = "none";

    /** Objectives. */
    public enum Kind {
        /** Odds-ratio preference optimisation. */
        ORPO,
        /** Direct preference optimisation. */
        DPO,
        /** Supervised fine-tuning on the chosen answer. */
        SFT,
        /** Contrastive preference optimisation. */
        CPO,
        /** Simple preference optimisation: CPO's loss of that name without a likelihood. */
        SIMPO,
        /** Kahneman-Tversky optimisation. */
        KTO
    }

    static ObjectiveSettings read(SettingsReader train) {
        int before = train.problems();
        Kind kind = train.choice("objective", Kind.class);
        double beta = train.positive("beta");
        // All are read, so that every fault is found whatever the objective is.
        double smoothing = train.number("label-smoothing", value -> value >= 0 && value < 0.5, ">= 0 and < 0.5");
        List<Dpo.Weighted> losses = losses(train);
        DpoOptions options = options(train.below("dpo"), smoothing);
        NllScope orpoScope = train.below("orpo").choice("nll", NllScope.class);
        NllScope sftScope = train.below("sft").choice("nll", NllScope.class);
        Cpo.Loss cpoLoss = train.below("cpo").choice("loss", Cpo.Loss.class);
        double cpoLikelihood = train.below("cpo").notNegative("nll-weight");
        double alpha = train.below("cpo").number("alpha", value -> true, "a number");
        double gamma = train.below("simpo").notNegative("gamma");
        Kto.Loss ktoLoss = train.below("kto").choice("loss", Kto.Loss.class);
        double desirable = train.below("kto").positive("desirable-weight");
        double undesirable = train.below("kto").positive("undesirable-weight");
        Objective objective = train.made(before, new Orpo(1, NllScope.COMPLETION), () -> switch (kind) {
            case ORPO -> new Orpo(beta, orpoScope);
            case DPO -> new Dpo(beta, losses, options);
            case SFT -> new Sft(sftScope);
            case CPO -> new Cpo(beta, cpoLoss, cpoLikelihood, gamma, smoothing, alpha);
            case KTO -> new Kto(beta, ktoLoss, desirable, undesirable);
            case SIMPO -> new Cpo(beta, Cpo.Loss.SIMPO, 0, gamma, smoothing, alpha);
        });
        requireUse(train, kind, smoothing, losses);
        return new ObjectiveSettings(kind, objective, train.text("reference"), train.text("reference-scores"), beta);
    }

    /** What stands in no section of an objective must be of use to the one that is chosen. */
    private static void requireUse(SettingsReader train, Kind kind, double smoothing, List<Dpo.Weighted> losses) {
        boolean smooths = kind == Kind.DPO || kind == Kind.CPO || kind == Kind.SIMPO;
        if (smoothing > 0 && smoothing < 0.5 && !smooths) {
            train.invalid("label-smoothing", "0: only train.objective=dpo, cpo and simpo know it");
        }
        boolean other = losses.stream().anyMatch(each -> each.loss() != PairLoss.SIGMOID);
        if (other && kind != Kind.DPO) {
            train.invalid("loss", "sigmoid: only train.objective=dpo takes it; see train.cpo.loss and train.kto.loss");
        }
    }

    private static List<Dpo.Weighted> losses(SettingsReader train) {
        List<String> names = train.texts("loss");
        List<Double> weights = train.numbers("loss-weights");
        if (!weights.isEmpty() && weights.size() != names.size()) {
            train.invalid("loss-weights", "as many weights as train.loss has losses, which is " + names.size());
            return List.of();
        }
        List<Dpo.Weighted> losses = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Optional<PairLoss> loss = PairLoss.named(names.get(i));
            double weight = weights.isEmpty() ? 1 : weights.get(i);
            if (loss.isEmpty()) {
                train.invalid("loss", "a name or a list of " + String.join(", ", PairLoss.names()));
                return List.of();
            }
            if (!(weight > 0)) {
                train.invalid("loss-weights", "> 0 each");
                return List.of();
            }
            losses.add(new Dpo.Weighted(loss.get(), weight));
        }
        return losses;
    }

    private static DpoOptions options(SettingsReader dpo, double smoothing) {
        int before = dpo.problems();
        Divergence divergence = dpo.choice("f-divergence", Divergence.class);
        double alpha = dpo.number("f-alpha", value -> true, "a number");
        double tau = dpo.positive("discopop-tau");
        double lengthAlpha = dpo.number("ld-alpha", value -> value >= 0 && value <= 1, ">= 0 and <= 1");
        DpoOptions.Weighting weighting = dpo.choice("weighting", DpoOptions.Weighting.class);
        double likelihood = dpo.notNegative("rpo-alpha");
        return dpo.problems() > before || smoothing >= 0.5
                ? DpoOptions.NONE
                : new DpoOptions(divergence, alpha, smoothing, tau, lengthAlpha, weighting, likelihood);
    }
}
